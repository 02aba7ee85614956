import { expect, test } from "vitest";

import { planScenario } from "../../../src/library/plan.js";
import { toJson } from "../../../src/results/json.js";
import { lossbound } from "../../support/lossbound.js";
import { inRepository } from "../../support/paths.js";

test("lossbound plan prints the same plan as the library returns", async () => {
  const file = inRepository("scenarios", "consumer-kill.yaml");
  const { stdout } = await lossbound(["plan", "--seed", "7", "--json", file]);
  const planned = await planScenario(file, { seed: 7 });
  expect(JSON.parse(toJson(planned))).toEqual(JSON.parse(stdout));
});
