import type { CommitInDoubt } from "../../ledger/record/commits-in-doubt.js";
import type { FaultEvent } from "../../ledger/record/events.js";
import type { Join } from "../../ledger/record/joins.js";
import type { Ledger } from "../../ledger/ledger.js";
import type { LifeRecord, RunRecord } from "../../ledger/record/run-record.js";
import type { Plan } from "../../plan/plan.js";

/** What is known of a run: its plan, its ledger, and what its event file says of faults, lives and commits. */
export interface Evidence {
  plan: Plan;
  run: RunRecord;
  ledger: Ledger;
  faults: readonly FaultEvent[];
  commitsInDoubt: readonly CommitInDoubt[];
  joins: readonly Join[];
  /** When the process of a life ended, milliseconds since 1970; `Infinity` if that is not known. */
  endOf: (life: Pick<LifeRecord, "role" | "worker" | "life">) => number;
}
