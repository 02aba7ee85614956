import { expect, test } from "vitest";

import { waitUntil } from "../../../../src/base/wait.js";
import { openHosting } from "../../../../src/processes/hosting.js";
import { freePorts } from "../../../../src/processes/ports.js";
import {
  isServing,
  obtainToxiproxy,
  startToxiproxy,
  toxiproxyUrl,
} from "../../../../src/environment/local/toxiproxy-server.js";

test("isServing is false for another Toxiproxy on the same port", async () => {
  await using hosting = await openHosting(() => {});
  await using folder = await hosting.folder("toxiproxy");
  const server = await obtainToxiproxy(hosting, (line) => console.log(line));
  const [port = 0] = await freePorts(1);
  const theirs = { port, folder: folder.path, mark: "theirs" };
  const ours = { ...theirs, mark: "ours" };
  await startToxiproxy(hosting, server, theirs);
  await waitUntil("theirs to serve", () => isServing(theirs), { limitMs: 60_000 });
  expect(await isServing(ours)).toBe(false);
  expect(await (await fetch(`${toxiproxyUrl(theirs)}/proxies`)).json()).toEqual({});
}, 300_000);
