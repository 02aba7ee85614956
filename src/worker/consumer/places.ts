import { setImmediate as turn } from "node:timers/promises";

import type { BlackBox } from "../../ledger/box/black-box.js";
import type { EventWriter } from "../../ledger/record/events.js";
import type { CommitPlace, Place } from "../../scenario/faults.js";

/** The place at which a consumer should stand still, so that a fault can hit it there. */
export interface Arm {
  arm: number;
  place: Place;
}

/**
 * The places in a consumer's work at which it can be made to stand still. It stops at the armed
 * place when it first reaches it, marks that in its black box, and waits for the release. The
 * supervisor sees the mark and sends its signal.
 */
export class Places {
  readonly #box: BlackBox<"consumer">;
  readonly #write: EventWriter;
  #armed: Arm | undefined;
  /** Set while it stands still; `over` resolves at the release. */
  #standing: { over: Promise<void>; end(): void } | undefined;

  constructor(box: BlackBox<"consumer">, write: EventWriter) {
    this.#box = box;
    this.#write = write;
  }

  arm(arm: Arm): void {
    this.#armed = arm;
  }

  release(arm: number): void {
    if (this.#armed?.arm !== arm) return;
    this.#armed = undefined;
    this.#endStandstill();
  }

  /**
   * Returns whether the armed place is the handler of message `message` (from 1) in a chunk of
   * `of`.
   */
  isHandlingPlace(message: number, of: number): boolean {
    const place = this.#armed?.place;
    return place?.kind === "handling" && place.of === of && place.message === message;
  }

  /** Stands still if this is the armed place. */
  async reached(kind: Exclude<CommitPlace["kind"], "during-rebalance">): Promise<void> {
    if (this.#armed?.place.kind !== kind) return;
    // Let the commit leave the process before the supervisor learns of the standstill.
    if (kind === "in-commit") await turn();
    await this.standStill();
  }

  /**
   * Called when the group rebalances. The client continues and joins again. That ends the
   * standstill, unless a fault hits the consumer first.
   */
  rebalancing(): void {
    if (this.#armed?.place.kind === "during-rebalance") this.#stand(this.#armed);
  }

  joined(): void {
    if (this.#armed?.place.kind === "during-rebalance") this.#endStandstill();
  }

  /** Stands still until the release. */
  async standStill(): Promise<void> {
    if (this.#armed !== undefined) this.#stand(this.#armed);
    await this.held();
  }

  /** Waits until the consumer does not stand still at any place. */
  async held(): Promise<void> {
    await this.#standing?.over;
  }

  #stand({ arm, place }: Arm): void {
    if (this.#standing !== undefined) return;
    let end: () => void = () => {};
    const over = new Promise<void>((resolve) => (end = resolve));
    this.#standing = { over, end };
    this.#write({ event: "stands-still", place });
    this.#box.set("standing", arm);
  }

  #endStandstill(): void {
    this.#box.set("standing", 0);
    this.#standing?.end();
    this.#standing = undefined;
  }
}
