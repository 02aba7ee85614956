import { readFileSync, readdirSync } from "node:fs";

import { describe, expect, it } from "vitest";

import { predictLoss } from "../../../../src/plan/predict/predict.js";
import { withBounds } from "../../../../src/scenario/file/edit-bounds.js";
import { parseScenario } from "../../../../src/scenario/file/read.js";
import { inRepository } from "../../../support/paths.js";

const calibrated = { trials: 473, outside: 0.01, repeat: 1 };
const lost = { name: "lost", min: 12, max: 44 };

describe("a scenario's text with other bounds", () => {
  it("keeps all comments, and everything that is not a bound, as they are written", () => {
    const text = `# A claim.
guarantee:   at-most-once   # as ever
producers: { rate: 10/s,   messages: 100 }
expect:
  # Of all.
  lost: { min: 40, max: 500 } # measured
  lostBy: { in-transit: 2%, rejected: { max: 7 } }
`;
    const bounds = [lost, { name: "lostBy.in-transit", min: 0, max: 9 }];

    expect(withBounds(text, "a.yaml", bounds, calibrated)).toBe(`# A claim.
guarantee:   at-most-once   # as ever
producers: { rate: 10/s,   messages: 100 }
expect:
  # Of all.
  lost: { min: 12, max: 44 } # measured
  lostBy: { in-transit: { min: 0, max: 9 }, rejected: { max: 7 } }
calibrated: { trials: 473, outside: 1% }
`);
  });

  it("replaces an older calibration, and a bound over several lines", () => {
    const text = `guarantee: at-most-once
calibrated: { trials: 93, outside: 5% }
repeat: 3 # a gate
producers: { rate: 10/s, messages: 100 }
expect:
  lost:
    min: 1
    max: 50%
  duplicated: 0`;

    expect(withBounds(text, "a.yaml", [lost], { trials: 20, outside: 0.2592, repeat: 20 }))
      .toBe(`guarantee: at-most-once
calibrated: { trials: 20, outside: 25.92% }
repeat: 20 # a gate
producers: { rate: 10/s, messages: 100 }
expect:
  lost:
    { min: 12, max: 44 }
  duplicated: 0`);
  });

  it("changes the claims of its own guarantee alone", () => {
    const text = `guarantee: at-least-once
producers: { rate: 10/s, messages: 100 }
expect:
  at-most-once: { lost: { max: 5 } }
  at-least-once: { lost: { max: 6 } }
`;

    expect(withBounds(text, "a.yaml", [lost], calibrated)).toContain(`  at-most-once: { lost: { max: 5 } }
  at-least-once: { lost: { min: 12, max: 44 } }
`);
  });

  it("refuses where a comment would be lost, or what is to change is not there", () => {
    const text = `guarantee: at-most-once
producers: { rate: 10/s, messages: 100 }
expect:
  lost:
    min: 1
    # No more than a chunk.
    max: 5
`;
    expect(() => withBounds(text, "a.yaml", [lost], calibrated)).toThrow("a.yaml cannot be changed in place");
    const silent = { ...lost, name: "silentlyLost" };
    expect(() => withBounds(text, "a.yaml", [silent], calibrated)).toThrow(
      "a.yaml cannot be changed in place",
    );
  });

  it.each(readdirSync(inRepository("scenarios")).filter((name) => name.endsWith(".yaml")))(
    "changes %s and nothing beside",
    (name) => {
      const text = readFileSync(inRepository("scenarios", name), "utf8");
      const changed = withBounds(text, name, [lost], calibrated, predictLoss);

      const linesOf = (of: string) =>
        of.split("\n").filter((line) => !/^ *(lost:|calibrated:|at-most-once: \{ lost)/.test(line));
      expect(linesOf(changed)).toEqual(linesOf(text));
      expect(parseScenario(changed, name, predictLoss).calibrated).toEqual({ trials: 473, outside: 0.01 });
    },
  );
});
