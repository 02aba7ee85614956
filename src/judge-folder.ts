import { join } from "node:path";

import { readFaultEvents } from "./ledger/events.js";
import { readLedger } from "./ledger/ledger.js";
import { readRunRecord } from "./ledger/run-record.js";
import { makePlan } from "./plan/plan.js";
import { makeResult } from "./report/make-result.js";
import type { Result } from "./report/result.js";
import { judge } from "./verdict/judge.js";
import { tallyOf } from "./verdict/tally.js";

/** Files of a stored run, in its folder. */
export const eventsName = "events.ndjson";
export const boxesName = "boxes";

/**
 * Judges a stored run: from what its lives left behind to a verdict. A run that has just ended is
 * judged by this very function, so to judge it again gives the same result.
 *
 * @param folder `DIR/<scenario>` of a run.
 * @throws EvidenceError (`HARNESS`) where the evidence contradicts itself: there is no verdict then;
 *   LossboundError `INPUT` where the folder is not that of a run.
 */
export async function judgeFolder(folder: string): Promise<Result> {
  const run = readRunRecord(folder);
  const plan = makePlan(run.scenario, run.seed);
  const faults = readFaultEvents(join(folder, eventsName), plan.faults);
  const ledger = await readLedger(join(folder, boxesName), plan, run);
  const tally = tallyOf(ledger, run.startedAt);
  const judgement = judge(run.scenario, tally, faults, run.gaveUp);
  return makeResult({ run, ledger, tally, faults, judgement });
}
