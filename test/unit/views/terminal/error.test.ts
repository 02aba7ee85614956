import fc from "fast-check";
import { expect, test } from "vitest";

import { LossboundError } from "../../../../src/base/errors.js";
import { errorText } from "../../../../src/views/terminal/error.js";
import { anyText } from "../../../support/any-result.js";

const text = (error: unknown, debug = false) => errorText(error, { debug });

test("an error is rendered as its message with the details below", () => {
  const error = new LossboundError("DEADLINE", "waited 8000 ms for broker 1", {
    detail: "line one\n  line two",
  });
  expect(text(error)).toBe("lossbound: waited 8000 ms for broker 1\n  line one\n    line two\n");
});

test("a cause is omitted, when the message already contains it", () => {
  const root = new Error("connect ECONNREFUSED");
  expect(text(new LossboundError("ENVIRONMENT", "no broker answers", { cause: root }))).toBe(
    "lossbound: no broker answers\n  caused by: connect ECONNREFUSED\n",
  );
  expect(
    text(new LossboundError("DEADLINE", "no broker (last: connect ECONNREFUSED)", { cause: root })),
  ).toBe("lossbound: no broker (last: connect ECONNREFUSED)\n");
});

test("a cycle of causes is cut off", () => {
  const one = new Error("one");
  const other = new Error("other", { cause: one });
  one.cause = other;
  expect(text(one).split("\n").length).toBeLessThan(12);
});

test("an unexpected error is reported as a bug", () => {
  expect(text(new TypeError("x is not a function"))).toContain(
    "internal error (a bug in lossbound, not a verdict): x is not",
  );
});

test("errors of the clean-up are listed below the main error", () => {
  const suppressed = (error: unknown, first: unknown) =>
    Object.assign(new Error("An error was suppressed during disposal."), {
      name: "SuppressedError",
      error,
      suppressed: first,
    });
  const first = new LossboundError("DEADLINE", "waited 8000 ms for broker 1", { detail: "its last line" });
  const cause = new Error("EBUSY");
  const later = new LossboundError("ENVIRONMENT", "the topic is still there", { detail: "t-1", cause });
  expect(text(suppressed(new Error("last of all"), suppressed(later, first)))).toBe(
    "lossbound: waited 8000 ms for broker 1\n  its last line\n" +
      "  clean-up failed: the topic is still there\n  t-1\n  caused by: EBUSY\n" +
      "  clean-up failed: last of all\n",
  );
});

test("a stack trace is shown only with debug", () => {
  const error = new LossboundError("HARNESS", "the counts differ");
  expect(text(error)).not.toContain("    at ");
  expect(text(error, true)).toContain("    at ");
});

test("control characters in details and causes never reach the terminal", () => {
  fc.assert(
    fc.property(anyText, anyText, anyText, (message, detail, cause) => {
      const error = new LossboundError("ENVIRONMENT", message, { detail, cause: new Error(cause) });
      expect(text(error).replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    }),
  );
});
