import { describe, expect, test } from "vitest";

import { planScenario } from "../../../src/library/plan.js";
import { aScenario } from "../../support/a-scenario.js";

describe("the plan of a scenario", () => {
  test("has the seed that was drawn", async () => {
    const { seed, ...planned } = await planScenario(aScenario({}));
    expect(await planScenario(aScenario({}), { seed })).toEqual({ seed, ...planned });
  });

  test.each([-1, 0.5, 2 ** 32, Number.NaN])("is refused for the seed %j", async (seed) => {
    await expect(planScenario(aScenario({}), { seed })).rejects.toMatchObject({ code: "USAGE" });
  });

  test("is refused for a file that is none, and a name that is none", async () => {
    await expect(planScenario("no-such.yaml")).rejects.toMatchObject({ name: "ScenarioError" });
    await expect(planScenario({ ...aScenario({}), name: "../up" })).rejects.toMatchObject({ code: "INPUT" });
  });
});
