/**
 * Under which membership of its group a consumer fetched what it holds.
 *
 * kafkajs fetches from each broker on its own, hands the batches over later, and may join the group
 * again in between; a batch does not say when it was fetched. So this keeps, for each broker, how
 * often the group had been joined when its latest fetch began, and takes the lowest of them for any
 * batch: a batch that is current may be taken for stale, and is then merely fetched again; one that
 * is stale is never taken for current.
 *
 * A partition whose leader moved may be fetched from two brokers at once, from the same offset on, and
 * kafkajs hands both batches over where the second answer comes when the first is dealt with. So this
 * also keeps how far each partition was dealt with, and whether a fetch may be older than that.
 */
export class Membership {
  #joins = 0;
  #answers = 0;
  #inHand = 0;
  /** Counts what happened, to tell what was before what. */
  #moment = 0;
  readonly #rounds = new Map<string, { joins: number; since: number; moment: number }>();
  readonly #dealtWith = new Map<number, { below: number; moment: number }>();
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
    this.#dealtWith.clear();
  }

  /** The group answered a heartbeat: this one is a member. */
  answered(): void {
    this.#answers++;
  }

  /**
   * Begins to look for proof of the membership, and returns whether there is any yet. The next answer
   * may be to a heartbeat that was sent before; only one is under way at a time, so the one after it is not.
   */
  proof(): () => boolean {
    const due = this.#answers + 2;
    return () => this.#answers >= due;
  }

  /** Under this membership, everything below an offset of a partition is dealt with. */
  dealtWith(partition: number, below: number): void {
    this.#dealtWith.set(partition, { below, moment: ++this.#moment });
  }

  /**
   * Whether a batch that is handed over now, and begins at `first`, may repeat what was dealt with: then
   * the offset to go on from. Where every fetch began after that, the client was sent back on purpose,
   * since its position lay outside the log.
   */
  repeatedBelow(partition: number, first: number): number | undefined {
    const dealt = this.#dealtWith.get(partition);
    if (dealt === undefined || first >= dealt.below) return undefined;
    const older = [...this.#rounds.values()].some(({ moment }) => moment < dealt.moment);
    return older ? dealt.below : undefined;
  }

  fetchBegan(broker: string, now: number): void {
    this.#rounds.set(broker, { joins: this.#joins, since: now, moment: ++this.#moment });
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
