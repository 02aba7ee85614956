import { epochMs } from "../../base/clock.js";
import type { Plan } from "../../plan/plan.js";
import type { Phase, RunObserver } from "../progress.js";
import type { Crew } from "../../crew/crew.js";
import { countsOf } from "../counts.js";
import type { Faults } from "../faults/faults.js";
import type { Measuring } from "./measure.js";

/** Reports the progress of a run to the observer, from the black boxes, ten times a second. */
export interface LiveWatch extends Disposable {
  phase: Phase;
  /** Milliseconds since 1970; 0 before the sending starts. */
  startedAt: number;
}

const everyMs = 100;
/** Reading takes at most this share of a CPU, however many messages there are. */
const shareMax = 1 / 20;

interface Watched {
  plan: Plan;
  crew: Crew;
  faults: Faults;
  measuring: Pick<Measuring, "read" | "lostProved">;
  observer: RunObserver;
}

export function watchLive({ plan, crew, faults, measuring, observer }: Watched): LiveWatch {
  const publish = (): void => {
    const { sent, rejected } = countsOf(crew);
    const { received, processed } = messagesOf();
    observer.live({
      scenario: plan.scenario.name,
      phase: watch.phase,
      elapsedMs: watch.startedAt === 0 ? 0 : Math.max(0, epochMs() - watch.startedAt),
      planned: plan.layout.planned,
      sent,
      rejected,
      received,
      processed,
      lostProved: measuring.lostProved(),
      faultsOn: [...faults.inForce],
    });
  };
  // A repeated handler is not another message. At-most-once has no repeats, and counters are
  // cheaper.
  const messagesOf = (): { received: number; processed: number } =>
    plan.scenario.guarantee === "at-most-once" ? countsOf(crew) : measuring.read(watch);
  let timer: NodeJS.Timeout;
  const publishRepeatedly = (): void => {
    const from = performance.now();
    publish();
    timer = setTimeout(publishRepeatedly, Math.max(everyMs, (performance.now() - from) / shareMax));
  };
  const watch: LiveWatch = {
    phase: "starting",
    startedAt: 0,
    [Symbol.dispose]: () => {
      clearTimeout(timer);
      publish();
    },
  };
  timer = setTimeout(publishRepeatedly, everyMs);
  return watch;
}
