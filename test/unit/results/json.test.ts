import fc from "fast-check";
import { expect, test } from "vitest";

import { toJson } from "../../../src/results/json.js";
import { anyResult } from "../../support/any-result.js";

test("JSON reads back as what it was made from, and holds nothing that a terminal obeys", () => {
  fc.assert(
    fc.property(anyResult, (result) => {
      const text = toJson([result]);
      expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify([result])));
      expect(text.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
    }),
  );
});

test("a key without a value is there, and null", () => {
  expect(JSON.parse(toJson({ restartAfter: undefined }))).toEqual({ restartAfter: null });
});
