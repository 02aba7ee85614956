import { setTimeout as sleep } from "node:timers/promises";

import { epochMs } from "../../base/clock.js";
import type { BlackBox } from "../../ledger/box/black-box.js";
import { record } from "../../ledger/box/histogram.js";
import type { Chunk } from "./chunk.js";
import type { ConsumerOrder } from "../order.js";
import type { Places } from "./places.js";

/**
 * Look at the clock once per this many handlers: without work to do, they end within microseconds.
 */
const messagesPerLook = 32;

export interface HandlingChoices {
  /**
   * Asked before a handler begins, now and then. On false, no further handler begins. Default:
   * always true.
   */
  mayContinue?: () => boolean;
  /**
   * A handler takes effect when `tookEffect` is called, not when it ends. Latency is measured up to
   * that call.
   */
  effectIsLater?: boolean;
}

/** Runs the handlers of a chunk one after the other, and marks each step as it happens. */
export class Handling {
  readonly #settings: ConsumerOrder["settings"];
  readonly #box: BlackBox<"consumer">;
  readonly #places: Places;
  #latencyUsMax = 0;
  #askedToBeatAt = 0;

  constructor({ settings }: ConsumerOrder, box: BlackBox<"consumer">, places: Places) {
    this.#settings = settings;
    this.#box = box;
    this.#places = places;
  }

  /** @returns whether all handlers ended, and the error of a heartbeat, if any. */
  async process(
    chunk: Chunk,
    { mayContinue = () => true, effectIsLater = false }: HandlingChoices = {},
  ): Promise<{ ended: boolean; heartbeatError: unknown }> {
    const { batch, indexes, sentAt, from, to } = chunk;
    const box = this.#box;
    const { covered, beganUncovered, began, beganAgain, ended, endedAgain } = box.planes;
    const { handle } = this.#settings;
    let heartbeatError: unknown;
    let now = epochMs();
    for (let at = from; at < to; at++) {
      // Reading the clock takes longer than an empty handler, so these share one reading.
      const looks = handle > 0 || at % messagesPerLook === 0 || at === to - 1;
      if (looks && !mayContinue()) return { ended: false, heartbeatError };
      const index = indexes[at]!;
      // Recorded now: a later commit would hide it from the bits.
      if (!covered.has(index)) beganUncovered.mark(index);
      if (!began.mark(index)) beganAgain.mark(index);
      if (this.#places.isHandlingPlace(at - from + 1, to - from)) await this.#places.standStill();
      if (handle > 0) await sleep(handle);
      if (!ended.mark(index)) endedAgain.mark(index);
      if (looks) {
        now = epochMs();
        box.set("processingUntil", now);
        if (heartbeatError === undefined && this.beatIsDue(now)) {
          await batch.heartbeat().catch(async (error: unknown) => {
            heartbeatError = error;
            await this.#places.held();
          });
        }
      }
      if (!effectIsLater) this.#recordLatency(now - sentAt[at]!);
    }
    return { ended: true, heartbeatError };
  }

  /** Records that the effect of a chunk's handlers is now visible. */
  tookEffect({ sentAt, from, to }: Chunk): void {
    const now = epochMs();
    this.#box.set("processingUntil", now);
    for (let at = from; at < to; at++) this.#recordLatency(now - sentAt[at]!);
  }

  /**
   * Returns whether to ask the client for a heartbeat. It sends four per session time-out, so eight
   * calls are enough; many more would cost as much time as the messages.
   */
  beatIsDue(now: number): boolean {
    if (now - this.#askedToBeatAt < this.#settings.sessionTimeout / 8) return false;
    this.#askedToBeatAt = now;
    return true;
  }

  #recordLatency(latencyMs: number): void {
    // A message from a command does not carry its sending time.
    if (Number.isNaN(latencyMs)) return;
    const latencyUs = Math.max(0, Math.round(latencyMs * 1000));
    record(this.#box.histogram, latencyUs);
    if (latencyUs <= this.#latencyUsMax) return;
    this.#latencyUsMax = latencyUs;
    this.#box.set("latencyMax", latencyUs);
  }
}
