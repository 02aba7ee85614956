import { expect, test } from "vitest";

import { paletteFor } from "../../../../src/views/layout/colors.js";

const isColored = (isTTY: boolean, env: NodeJS.ProcessEnv) => paletteFor({ isTTY }, env)("bad", "x") !== "x";

test("a terminal is coloured, a pipe is not", () => {
  expect(isColored(true, {})).toBe(true);
  expect(isColored(false, {})).toBe(false);
});

test("NO_COLOR turns colour off, unless it is empty", () => {
  expect(isColored(true, { NO_COLOR: "1" })).toBe(false);
  expect(isColored(true, { NO_COLOR: "" })).toBe(true);
});

test("FORCE_COLOR colours a pipe, unless NO_COLOR is set", () => {
  expect(isColored(false, { FORCE_COLOR: "1" })).toBe(true);
  expect(isColored(false, { FORCE_COLOR: "0" })).toBe(false);
  expect(isColored(false, { FORCE_COLOR: "1", NO_COLOR: "1" })).toBe(false);
});

test("a dumb terminal gets no colour", () => {
  expect(isColored(true, { TERM: "dumb" })).toBe(false);
});
