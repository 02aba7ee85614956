import { epochMs } from "../base/clock.js";
import type { Plan } from "../plan/plan.js";
import type { Phase, RunObserver } from "./progress.js";
import type { Crew } from "../worker/crew.js";
import { countsOf, provedLost } from "./counts.js";
import type { Faults } from "./faults.js";

/** Tells the observer how the run goes, from the black boxes, ten times a second. */
export interface LiveWatch extends Disposable {
  phase: Phase;
  /** Milliseconds since 1970; 0 while nothing is sent. */
  startedAt: number;
}

const everyMs = 100;

export function watchLive(run: { plan: Plan; crew: Crew; faults: Faults; observer: RunObserver }): LiveWatch {
  const { plan, crew, faults, observer } = run;
  const tell = (): void => {
    const { sent, rejected, received, processed } = countsOf(crew);
    observer.live({
      scenario: plan.scenario.name,
      phase: watch.phase,
      elapsedMs: watch.startedAt === 0 ? 0 : Math.max(0, epochMs() - watch.startedAt),
      planned: plan.layout.planned,
      sent,
      rejected,
      received,
      processed,
      // Under the others, what a consumer had in hand is read again.
      lostProved: plan.scenario.guarantee === "at-most-once" ? provedLost(crew) : {},
      faultsOn: [...faults.inForce],
    });
  };
  const timer = setInterval(tell, everyMs);
  const watch: LiveWatch = {
    phase: "starting",
    startedAt: 0,
    [Symbol.dispose]: () => {
      clearInterval(timer);
      tell();
    },
  };
  return watch;
}
