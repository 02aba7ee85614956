import { epochMs } from "../../base/clock.js";
import { pause } from "../../base/wait.js";

/**
 * Shares one timer among all faults that are due at the same moment, so that they fall in the order
 * in which they asked. Separate timers would each be rounded to milliseconds, and fire in any
 * order.
 */
export class Moments {
  readonly #begun: Promise<number>;
  readonly #over: AbortSignal;
  readonly #timers = new Map<number, Promise<void>>();

  /**
   * @param begun resolves with time 0, in milliseconds since 1970.
   * @param over aborts when no fault waits any more; all pending timers then resolve at once.
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
