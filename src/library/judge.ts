import { writeFile } from "node:fs/promises";
import { join } from "node:path";

import { LossboundError, messageOf } from "../base/errors.js";
import { readFaultEvents, readPhaseEvents } from "../ledger/record/events.js";
import { readLedger } from "../ledger/read-ledger.js";
import { readCommitsInDoubt } from "../ledger/record/commits-in-doubt.js";
import { readLifeTimes, timesOf } from "../ledger/record/life-times.js";
import { boxesName, eventsName, type LifeRecord, readRunRecord } from "../ledger/record/run-record.js";
import { courseName, renderCourse } from "../metrics/course.js";
import { labelsOf } from "../metrics/exporter.js";
import { readJoins } from "../ledger/record/joins.js";
import { readRejoins } from "../ledger/record/rejoins.js";
import { type Judged, makeResult } from "../results/make-result.js";
import type { Result } from "../results/result.js";
import { findCulprits, sumOf } from "../verdict/culprits/culprits.js";
import { disturbancesOf } from "../verdict/disturbances.js";
import { judge } from "../verdict/judge.js";
import { tallyOf } from "../verdict/fates/tally.js";

/**
 * Judges a stored run: from what its lives left behind to a verdict. A run that has just ended is
 * judged by this very function, so to judge it again gives the same result.
 *
 * @param folder `DIR/<scenario>` of a run.
 * @throws EvidenceError (`HARNESS`) where the evidence contradicts itself: there is no verdict then;
 *   LossboundError `INPUT` where the folder is not that of a run.
 */
export async function judgeFolder(folder: string): Promise<Result> {
  const { result } = await judgeStored(folder);
  return result;
}

/** The same, with everything that the result was made from. */
export async function judgeStored(folder: string): Promise<Judged> {
  const run = readRunRecord(folder);
  const { plan } = run;
  const faults = readFaultEvents(join(folder, eventsName), plan.faults);
  const lifeTimes = readLifeTimes(join(folder, eventsName));
  const ledger = await readLedger(join(folder, boxesName), plan, run);
  const tally = tallyOf(ledger, run.startedAt);
  const commitsInDoubt = readCommitsInDoubt(join(folder, eventsName));
  const joins = readJoins(join(folder, eventsName));
  const endOf = (life: Pick<LifeRecord, "role" | "worker" | "life">): number =>
    timesOf(lifeTimes, life).endedAt ?? Infinity;
  const evidence = { plan, run, ledger, faults, commitsInDoubt, joins, endOf };
  const culprits = findCulprits(evidence);
  const disturbances = disturbancesOf({
    plan,
    startedAt: run.startedAt,
    producers: ledger.lives.producers,
    faults,
    machine: run.machine,
    rejoins: readRejoins(join(folder, eventsName), plan, run.startedAt),
    overtaken: culprits.overtaken,
  });
  const judgement = judge(run.plan.scenario, tally, faults, {
    gaveUp: run.gaveUp,
    unexplained: sumOf(culprits.unexplained),
    exposed: culprits.exposures?.all ?? null,
    disturbances,
  });
  const parts = { run, ledger, tally, faults, lifeTimes, culprits, disturbances, judgement };
  return { ...parts, plan, evidence, result: makeResult(parts) };
}

/**
 * Writes the course of a judged run into its folder, as `metrics.om`. An earlier one is replaced.
 *
 * @throws LossboundError `ENVIRONMENT` where the file cannot be written.
 */
export async function writeCourse(folder: string, judged: Judged): Promise<void> {
  const { plan, run } = judged;
  const [client = ""] = run.environment.client.split(" ");
  const text = renderCourse({
    judged,
    phases: readPhaseEvents(join(folder, eventsName)),
    labels: labelsOf(plan.scenario, client),
  });
  const path = join(folder, courseName);
  await writeFile(path, text).catch((error: unknown) => {
    throw new LossboundError("ENVIRONMENT", `cannot write ${path}: ${messageOf(error)}`, { cause: error });
  });
}
