import { hasBit } from "./box/bits.js";
import type { ConnectionRecord } from "./box/connections.js";
import type { BoxReading, ListedRequests } from "./box/read-box.js";
import type { LifeRecord } from "./record/run-record.js";
import type { ListedSends } from "./box/sends.js";

/** What a producer's life left behind beside its bits: what became of its sends, its requests and its connections. */
export interface ProducerLife {
  record: LifeRecord;
  /** When its schedule began, milliseconds since 1970; 0 if it never did. */
  since: number;
  /** It sent the messages from `first` to below `next`. */
  first: number;
  next: number;
  sends: ListedSends;
  requests: ListedRequests;
  connections: readonly ConnectionRecord[];
}

/** What a consumer's life had taken on and not finished. Messages are named by their place in the planes. */
export interface ConsumerLife {
  record: LifeRecord;
  /** It had tried to commit over these when it ended, and was not done with their chunk. */
  inHand: Uint32Array;
  /** Of these: those whose commit was acknowledged. */
  committed: Uint32Array;
  /** It gave these up, because it heard no word of their commit: the broker may have applied it all the same. */
  inDoubt: Uint32Array;
}

/** Reads what the bits of a consumer's life say of its end. `words` and `others` are room for a plane each. */
export async function consumerLifeOf(
  record: LifeRecord,
  box: BoxReading<"consumer">,
  { words, others }: { words: Uint32Array; others: Uint32Array },
): Promise<ConsumerLife> {
  const open = await box.plane("tried", words);
  keepWithout(open, await box.plane("ended", others));
  const abandoned = await box.plane("abandoned", others);
  const inHand = placesOf(open, abandoned, false);
  const givenUp = placesOf(open, abandoned, true);
  const covered = await box.plane("covered", others);
  return {
    record,
    inHand,
    committed: inHand.filter((place) => hasBit(covered, place)),
    inDoubt: givenUp.filter((place) => !hasBit(covered, place)),
  };
}

function keepWithout(words: Uint32Array, others: Uint32Array): void {
  for (let word = 0; word < words.length; word++) words[word]! &= ~others[word]!;
}

/** The places whose bit is set in `words`, and in `others` set or not. */
function placesOf(words: Uint32Array, others: Uint32Array, set: boolean): Uint32Array {
  const places: number[] = [];
  for (let word = 0; word < words.length; word++) {
    let bits = words[word]! & (set ? others[word]! : ~others[word]!);
    for (; bits !== 0; bits &= bits - 1) places.push(word * 32 + 31 - Math.clz32(bits & -bits));
  }
  return Uint32Array.from(places);
}
