import { epochMs } from "../../base/clock.js";
import { pause } from "../../base/wait.js";

/**
 * One timer for all that falls at the same moment: it comes for all of them at once, in the order in which
 * they asked. Timers of their own would be rounded to milliseconds each by itself, and fire in any order.
 */
export class Moments {
  readonly #begun: Promise<number>;
  readonly #over: AbortSignal;
  readonly #timers = new Map<number, Promise<void>>();

  /**
   * @param begun resolves with time 0, milliseconds since 1970.
   * @param over aborted when nobody waits any more: what has not come by then comes at once.
   */
  constructor(begun: Promise<number>, over: AbortSignal) {
    this.#begun = begun;
    this.#over = over;
  }

  /** Resolves `ms` milliseconds after time 0. */
  at(ms: number): Promise<void> {
    let timer = this.#timers.get(ms);
    if (timer === undefined) this.#timers.set(ms, (timer = this.#wait(ms)));
    return timer;
  }

  async #wait(ms: number): Promise<void> {
    const left = (await this.#begun) + ms - epochMs();
    await pause(Math.max(0, left), this.#over).catch(() => {});
  }
}
