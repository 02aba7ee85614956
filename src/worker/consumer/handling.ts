import { setTimeout as sleep } from "node:timers/promises";

import { epochMs } from "../../base/clock.js";
import type { BlackBox } from "../../ledger/box/black-box.js";
import { record } from "../../ledger/box/histogram.js";
import type { Chunk } from "./chunk.js";
import type { ConsumerOrder } from "../order.js";
import type { Places } from "./places.js";

/** So many handlers that take no time end within microseconds of each other. */
const messagesPerLook = 32;

export interface HandlingChoices {
  /** Asked now and then: handlers behind a no do not begin. By default all do, whatever the group does. */
  mayGoOn?: () => boolean;
  /** A handler has its effect when `tookEffect` is called, not when it ends: latency is measured up to there. */
  effectIsLater?: boolean;
}

/** Runs the handlers of a chunk, one after the other, and marks each step as it happens. */
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

  /** @returns whether all handlers ended, and what a heartbeat threw. */
  async process(
    chunk: Chunk,
    { mayGoOn = () => true, effectIsLater = false }: HandlingChoices = {},
  ): Promise<{ ended: boolean; heartbeatError: unknown }> {
    const { batch, indexes, sentAt, from, to } = chunk;
    const box = this.#box;
    const { covered, beganUncovered, began, beganAgain, ended, endedAgain } = box.planes;
    const { handle } = this.#settings;
    let heartbeatError: unknown;
    let now = epochMs();
    for (let place = from; place < to; place++) {
      // A look at the clock takes longer than a handler that does nothing: those share one.
      const looks = handle > 0 || place % messagesPerLook === 0 || place === to - 1;
      if (looks && !mayGoOn()) return { ended: false, heartbeatError };
      const index = indexes[place]!;
      // Looked at as it happens: a commit that comes later would hide it from the bits.
      if (!covered.has(index)) beganUncovered.mark(index);
      if (!began.mark(index)) beganAgain.mark(index);
      if (this.#places.isHandlingPlace(place - from + 1, to - from)) await this.#places.standStill();
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
      if (!effectIsLater) this.#recordLatency(now - sentAt[place]!);
    }
    return { ended: true, heartbeatError };
  }

  /** The effect of a chunk's handlers is there now. */
  tookEffect({ sentAt, from, to }: Chunk): void {
    const now = epochMs();
    this.#box.set("processingUntil", now);
    for (let place = from; place < to; place++) this.#recordLatency(now - sentAt[place]!);
  }

  /** The client beats four times a session time-out; to ask it more often than needed costs as much as messages. */
  beatIsDue(now: number): boolean {
    if (now - this.#askedToBeatAt < this.#settings.sessionTimeout / 8) return false;
    this.#askedToBeatAt = now;
    return true;
  }

  #recordLatency(latencyMs: number): void {
    // What a command has sent does not say when.
    if (Number.isNaN(latencyMs)) return;
    const latencyUs = Math.max(0, Math.round(latencyMs * 1000));
    record(this.#box.histogram, latencyUs);
    if (latencyUs <= this.#latencyUsMax) return;
    this.#latencyUsMax = latencyUs;
    this.#box.set("latencyMax", latencyUs);
  }
}
