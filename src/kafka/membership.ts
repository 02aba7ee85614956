/**
 * Under which membership of its group a consumer fetched what it holds.
 *
 * kafkajs fetches from each broker on its own, hands the batches over later, and may join the group
 * again in between; a batch does not say when it was fetched. So this keeps, for each broker, how
 * often the group had been joined when its latest fetch began, and takes the lowest of them for any
 * batch: a batch that is current may be taken for stale, and is then merely fetched again; one that
 * is stale is never taken for current.
 */
export class Membership {
  #joins = 0;
  #inHand = 0;
  readonly #rounds = new Map<string, { joins: number; since: number }>();
  readonly #fetchLimitMs: number;

  /** @param fetchLimitMs the client's request time-out: no fetch stays unanswered for longer. */
  constructor(fetchLimitMs: number) {
    this.#fetchLimitMs = fetchLimitMs;
  }

  /** How often the group was joined. */
  get joins(): number {
    return this.#joins;
  }

  joined(): void {
    this.#joins++;
  }

  fetchBegan(broker: string, now: number): void {
    this.#rounds.set(broker, { joins: this.#joins, since: now });
    // A broker that is asked no more would hold the minimum down for ever. With nothing in hand, and
    // after the time in which its last fetch must have ended, nothing of it can come any more.
    if (this.#inHand > 0) return;
    for (const [other, round] of this.#rounds) {
      if (now - round.since > this.#fetchLimitMs) this.#rounds.delete(other);
    }
  }

  batchBegan(): void {
    this.#inHand++;
  }

  batchEnded(): void {
    this.#inHand--;
  }

  /** How often the group had been joined, at the least, when a batch now handed over was fetched. */
  joinsWhenFetched(): number {
    let joins = this.#joins;
    for (const round of this.#rounds.values()) joins = Math.min(joins, round.joins);
    return joins;
  }
}
