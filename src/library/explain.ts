import { join } from "node:path";

import { boxesName } from "../ledger/record/run-record.js";
import { judgeStored } from "./judge.js";
import { traceMessage } from "../ledger/message-trace.js";
import { readMessageName } from "../plan/message-name.js";
import { type Explanation, explain } from "../results/explanation.js";
import { type LostList, listLost } from "../results/lost-list.js";
import type { Judged } from "../results/make-result.js";
import type { Cause } from "../scenario/scenario.js";
import { culpritOf } from "../verdict/culprits/culprits.js";
import { fateOf } from "../verdict/fates/each-fate.js";

/**
 * Tells the life of one message of a stored run, by the same evidence that it was judged by.
 *
 * @param folder `DIR/<scenario>` of a run.
 * @param name of the message: `PRODUCER:NUMBER`, or its number where there is one producer.
 * @throws as `judgeFolder`; LossboundError `USAGE` where the name is none of the run's.
 */
export async function explainMessage(folder: string, name: string): Promise<Explanation> {
  return await explainJudged(folder, await judgeStored(folder), name);
}

/** The same, of a run that was judged already. */
export async function explainJudged(folder: string, judged: Judged, name: string): Promise<Explanation> {
  const { run, ledger } = judged;
  const message = readMessageName(name, ledger.layout);
  const trace = await traceMessage(join(folder, boxesName), run, ledger, message);
  const culprit = culpritOf(judged.evidence, message);
  return explain(judged, message, { fate: fateOf(ledger, message), culprit }, trace);
}

/**
 * Lists the lost messages of a stored run by cause and time.
 *
 * @param only this cause, where it is given.
 * @throws as `judgeFolder`.
 */
export async function listLostOf(folder: string, only?: Cause): Promise<LostList> {
  return listLost(await judgeStored(folder), only);
}
