/**
 * Tracks under which membership of its group a consumer fetched its batches.
 *
 * kafkajs fetches from each broker separately, hands the batches over later, and may rejoin the
 * group in between. A batch does not record when it was fetched. Therefore this class stores for
 * each broker how often the group had been joined when its latest fetch began, and assumes the
 * lowest of these counts for every batch. It may take a current batch for stale, which is then
 * merely fetched again, but never a stale batch for current.
 *
 * If the leader of a partition moves, two brokers may be asked for the same offsets at once.
 * kafkajs hands both batches over if the second answer arrives after the first batch was processed.
 * Therefore this class also stores how far each partition was processed, and whether a fetch may be
 * older.
 */
export class Membership {
  #joins = 0;
  #answers = 0;
  #inHand = 0;
  /** Counts events, to order them. */
  #moment = 0;
  readonly #rounds = new Map<string, { joins: number; since: number; moment: number }>();
  readonly #dealtWith = new Map<number, { below: number; moment: number }>();
  readonly #fetchLimitMs: number;

  /** @param fetchLimitMs the client's request timeout, the longest duration of a fetch. */
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

  /** The group answered a heartbeat, so this consumer was a member. */
  answered(): void {
    this.#answers++;
  }

  /**
   * Starts to look for proof of the membership. Returns a function that tells whether there is
   * proof yet. The next answer may belong to a heartbeat that was sent earlier. Only one heartbeat
   * is pending at a time, so the answer after it does not.
   */
  proof(): () => boolean {
    const due = this.#answers + 2;
    return () => this.#answers >= due;
  }

  /** Marks everything below an offset of a partition as processed under this membership. */
  dealtWith(partition: number, below: number): void {
    this.#dealtWith.set(partition, { below, moment: ++this.#moment });
  }

  /**
   * Returns the offset to continue from if a batch that begins at `first` may repeat processed
   * records; otherwise `undefined`. If every fetch began after they were processed, the client was
   * sent back on purpose, because its position was outside the log.
   */
  repeatedBelow(partition: number, first: number): number | undefined {
    const dealt = this.#dealtWith.get(partition);
    if (dealt === undefined || first >= dealt.below) return undefined;
    const older = [...this.#rounds.values()].some(({ moment }) => moment < dealt.moment);
    return older ? dealt.below : undefined;
  }

  fetchBegan(broker: string, now: number): void {
    this.#rounds.set(broker, { joins: this.#joins, since: now, moment: ++this.#moment });
    // A broker that is no longer asked would keep the minimum low forever. Drop it once no batch is
    // being processed and its last fetch must have ended, because no more batches can come from it.
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

  /**
   * Returns the least number of joins at the time when a batch that is handed over now was fetched.
   */
  joinsWhenFetched(): number {
    let joins = this.#joins;
    for (const round of this.#rounds.values()) joins = Math.min(joins, round.joins);
    return joins;
  }
}
