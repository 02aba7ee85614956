import { coherenceRules } from "../rules/coherence.js";
import { settingsBesideCommand } from "../rules/commands.js";
import { type Expect, type Guarantee, guarantees, type Scenario } from "../scenario.js";
import type { Claims } from "../schema/expect.js";
import { check, type Complaint, type Field, withRules } from "../schema/fields.js";
import { type Body, writtenScenario } from "../schema/scenario.js";
import { usualSending, usuallyDuplicated } from "../variants/guarantee.js";
import { sweepOf } from "../variants/sweep.js";

/** All that a file says itself; the name and the claim come from around it. */
export type ScenarioBody = Omit<Scenario, "name" | "claim">;

export const scenarioSchema: Field<ScenarioBody> = withRules(writtenScenario, coherenceRules).transform(
  fillIn,
);

/** The scenario that a file says, or everything that is wrong with it. */
export function checkScenario(
  written: unknown,
): { ok: true; value: ScenarioBody } | { ok: false; complaints: Complaint[] } {
  const outcome = check(scenarioSchema, written);
  const complaints = [...(outcome.ok ? [] : outcome.complaints), ...settingsBesideCommand(written)];
  return outcome.ok && complaints.length === 0 ? outcome : { ok: false, complaints };
}

/** Fills in what depends on the guarantee, and takes the first value of a sweep. */
function fillIn(body: Body): ScenarioBody {
  const { guarantee, producers, consumers, expect } = body;
  const usual = usualSending(guarantee);
  const claims = expect.kind === "own" ? { [guarantee]: expect.claims } : expect.claims;
  const { [guarantee]: own, ...others } = Object.fromEntries(
    guarantees.flatMap((one) => (claims[one] === undefined ? [] : [[one, expectationOf(claims[one], one)]])),
  ) as Partial<Record<Guarantee, Expect>>;
  return {
    ...body,
    producers: {
      ...producers,
      rate: producers.rate[0]!,
      acks: producers.acks ?? usual.acks,
      retries: producers.retries ?? usual.retries,
    },
    consumers: { ...consumers, commitEvery: consumers.commitEvery[0]! },
    faultsDrawn: body.faultsDrawn,
    sweep: sweepOf(body),
    step: undefined,
    repeat: body.repeat,
    calibrated: body.calibrated,
    trial: undefined,
    // A rule has seen to it that it is there.
    expect: own!,
    expectUnder: others,
  };
}

function expectationOf(claims: Claims, guarantee: Guarantee): Expect {
  return { ...claims, duplicated: claims.duplicated ?? usuallyDuplicated(guarantee) };
}
