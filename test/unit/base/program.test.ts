import { expect, test } from "vitest";

import { programOf } from "../../../src/base/program.js";

test.each([
  ["/usr/local/bin/lossbound", false, "lossbound"],
  ["/home/me/project/node_modules/.bin/lossbound", false, "npx lossbound"],
  ["/home/me/.npm/_npx/b02f/node_modules/.bin/lossbound", true, "npx lossbound"],
  ["/home/me/project/dist/cli.js", false, "node dist/cli.js"],
  ["/opt/lossbound/dist/cli.js", false, "node /opt/lossbound/dist/cli.js"],
  // `npm start` in a clone.
  ["/home/me/project/dist/cli.js", true, "npx lossbound"],
  // A program that uses the library.
  ["/home/me/project/test.js", false, "npx lossbound"],
  [undefined, false, "npx lossbound"],
])("a process started as %s (by npm: %s) can be started again as %s", (script, byNpm, command) => {
  expect(programOf({ script, cwd: "/home/me/project", byNpm }).join(" ")).toBe(command);
});
