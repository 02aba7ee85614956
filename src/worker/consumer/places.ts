import { setImmediate as turn } from "node:timers/promises";

import type { BlackBox } from "../../ledger/box/black-box.js";
import type { EventWriter } from "../../ledger/record/events.js";
import type { CommitPlace, Place } from "../../scenario/faults.js";

/** Where a consumer is to stand still, so that a fault can fall on it there. */
export interface Arm {
  arm: number;
  place: Place;
}

/**
 * The places of a consumer's work at which it can be told to stand still. It stands in the first one
 * that it comes to, marks that in its black box, and goes no further until it is told to; the
 * supervisor sees the mark, and sends its signal.
 */
export class Places {
  readonly #box: BlackBox<"consumer">;
  readonly #write: EventWriter;
  #armed: Arm | undefined;
  /** What is waited for while it stands still. */
  #standing: { over: Promise<void>; end(): void } | undefined;

  constructor(box: BlackBox<"consumer">, write: EventWriter) {
    this.#box = box;
    this.#write = write;
  }

  arm(arm: Arm): void {
    this.#armed = arm;
  }

  goOn(arm: number): void {
    if (this.#armed?.arm !== arm) return;
    this.#armed = undefined;
    this.#standNoMore();
  }

  /** The handler of message `message` (from 1) of a chunk of `of` has begun. */
  isHandlingPlace(message: number, of: number): boolean {
    const place = this.#armed?.place;
    return place?.kind === "handling" && place.of === of && place.message === message;
  }

  /** Stands still here, if this is the place. */
  async reached(kind: Exclude<CommitPlace["kind"], "during-rebalance">): Promise<void> {
    if (this.#armed?.place.kind !== kind) return;
    // What was given to the client leaves the process before anybody is told where it stands.
    if (kind === "in-commit") await turn();
    await this.standStill();
  }

  /**
   * The group rebalances, and the consumer was told. Its client goes on, to join again: that ends the
   * place, unless something falls on it before.
   */
  rebalancing(): void {
    if (this.#armed?.place.kind === "during-rebalance") this.#stand(this.#armed);
  }

  joined(): void {
    if (this.#armed?.place.kind === "during-rebalance") this.#standNoMore();
  }

  /** Stands still as long as the consumer is to, wherever it was told. */
  async standStill(): Promise<void> {
    if (this.#armed !== undefined) this.#stand(this.#armed);
    await this.held();
  }

  /** Goes on at once, unless the consumer stands still somewhere. */
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

  #standNoMore(): void {
    this.#box.set("standing", 0);
    this.#standing?.end();
    this.#standing = undefined;
  }
}
