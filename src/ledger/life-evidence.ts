import { hasBit } from "./box/bits.js";
import type { ConnectionRecord } from "./box/connections.js";
import type { BoxReading } from "./box/read-box.js";
import type { ListedRequests } from "./box/requests.js";
import type { LifeRecord } from "./record/run-record.js";
import type { ListedSends } from "./box/sends.js";

/**
 * The evidence of a producer's life besides its bits: its sends, its requests and its connections.
 */
export interface ProducerLife {
  record: LifeRecord;
  /** When its schedule started, in milliseconds since 1970; 0 if it never did. */
  since: number;
  /** It sent the messages from `first` up to, but not including, `next`. */
  first: number;
  next: number;
  sends: ListedSends;
  requests: ListedRequests;
  connections: readonly ConnectionRecord[];
}

/** The messages that a consumer's life took on and did not finish, by their index in the planes. */
export interface ConsumerLife {
  record: LifeRecord;
  /** It had tried to commit over these when it ended, and was not done with their chunk. */
  inHand: Uint32Array;
  /** The messages in hand whose commit was acknowledged. */
  committed: Uint32Array;
  /**
   * It gave these up because their commit got no answer; the broker may have applied the commit
   * anyway.
   */
  inDoubt: Uint32Array;
}

/**
 * Reads from the bits of a consumer's life how it ended. `words` and `others` are space for one
 * plane each.
 */
export async function consumerLifeOf(
  record: LifeRecord,
  box: BoxReading<"consumer">,
  { words, others }: { words: Uint32Array; others: Uint32Array },
): Promise<ConsumerLife> {
  const open = await box.plane("tried", words);
  subtract(open, await box.plane("ended", others));
  const abandoned = await box.plane("abandoned", others);
  const inHand = indicesOf(open, abandoned, false);
  const givenUp = indicesOf(open, abandoned, true);
  const covered = await box.plane("covered", others);
  return {
    record,
    inHand,
    committed: inHand.filter((index) => hasBit(covered, index)),
    inDoubt: givenUp.filter((index) => !hasBit(covered, index)),
  };
}

function subtract(words: Uint32Array, others: Uint32Array): void {
  for (let word = 0; word < words.length; word++) words[word]! &= ~others[word]!;
}

/**
 * Returns the indices of the bits that are set in `words`, and in `others` set or clear as `set`
 * says.
 */
function indicesOf(words: Uint32Array, others: Uint32Array, set: boolean): Uint32Array {
  const indices: number[] = [];
  for (let word = 0; word < words.length; word++) {
    let bits = words[word]! & (set ? others[word]! : ~others[word]!);
    for (; bits !== 0; bits &= bits - 1) indices.push(word * 32 + 31 - Math.clz32(bits & -bits));
  }
  return Uint32Array.from(indices);
}
