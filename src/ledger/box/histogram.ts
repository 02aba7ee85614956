/**
 * A log-linear histogram in shared memory. It has 32 buckets for each doubling, so a value read
 * back is at most 3.2 % too high. Values are microseconds from 0 to 2^31 (36 minutes); larger ones
 * count in the last bucket. (The idea is that of HdrHistogram; this one lives in a mapped file, and
 * recording a value must cost no more than one store.)
 */
export const bucketCount = 32 + 26 * 32;

export function record(buckets: Float64Array, valueUs: number): void {
  const bucket = bucketOf(valueUs);
  buckets[bucket] = buckets[bucket]! + 1;
}

/** Adds the counts of `life` to `sum`. The merge is exact. */
export function addBuckets(sum: Float64Array, life: Float64Array): void {
  for (let bucket = 0; bucket < bucketCount; bucket++) sum[bucket] = sum[bucket]! + life[bucket]!;
}

/**
 * Returns the quantile `q` (0 to 1) of all recorded values, in microseconds: the upper edge of its
 * bucket. Returns 0 for an empty histogram.
 */
export function quantile(buckets: Float64Array, q: number): number {
  const total = buckets.reduce((sum, count) => sum + count, 0);
  if (total === 0) return 0;
  const rank = Math.max(1, Math.ceil(q * total));
  let seen = 0;
  for (let bucket = 0; bucket < bucketCount; bucket++) {
    seen += buckets[bucket]!;
    if (seen >= rank) return upperEdge(bucket);
  }
  return upperEdge(bucketCount - 1);
}

/**
 * Returns how many values are below 2^`power` microseconds, for a power from 5 to 31. Buckets end
 * at these values, so the count is exact.
 */
export function countBelow(buckets: Float64Array, power: number): number {
  let count = 0;
  for (let bucket = 0; bucket < 32 + (power - 5) * 32; bucket++) count += buckets[bucket]!;
  return count;
}

/**
 * Returns the sum of all values in microseconds, at most 1.6 % off: each counts as the middle of
 * its bucket.
 */
export function sumOf(buckets: Float64Array): number {
  let sum = 0;
  for (let bucket = 0; bucket < bucketCount; bucket++) {
    const count = buckets[bucket]!;
    if (count > 0) sum += count * middleOf(bucket);
  }
  return sum;
}

/** Below 32 us a bucket holds a single value, since values are whole. */
function middleOf(bucket: number): number {
  return bucket < 32 ? bucket : (upperEdge(bucket - 1) + upperEdge(bucket)) / 2;
}

/** The number of values from `fromUs` up to, but not including, `toUs`, in microseconds. */
export interface Span {
  fromUs: number;
  toUs: number;
  count: number;
}

/**
 * Returns the histogram in a readable resolution: four spans for each doubling, from the first to
 * the last that holds a value, including the empty ones between them.
 */
export function spansOf(buckets: Float64Array): Span[] {
  const spans: Span[] = [];
  for (let from = 0; from < bucketCount; from += from === 0 ? 32 : 8) {
    const to = from + (from === 0 ? 32 : 8);
    const count = buckets.subarray(from, to).reduce((sum, one) => sum + one, 0);
    spans.push({ fromUs: lowerEdge(from), toUs: lowerEdge(to), count });
  }
  const first = spans.findIndex(({ count }) => count > 0);
  const last = spans.findLastIndex(({ count }) => count > 0);
  return first === -1 ? [] : spans.slice(first, last + 1);
}

function bucketOf(valueUs: number): number {
  if (!(valueUs >= 1)) return 0;
  if (valueUs < 32) return Math.floor(valueUs);
  if (valueUs >= 2 ** 31) return bucketCount - 1;
  const octave = 31 - Math.clz32(valueUs);
  return 32 + (octave - 5) * 32 + ((valueUs >>> (octave - 5)) - 32);
}

function upperEdge(bucket: number): number {
  if (bucket < 32) return bucket;
  const octave = Math.floor((bucket - 32) / 32) + 5;
  const within = (bucket - 32) % 32;
  return (32 + within + 1) * 2 ** (octave - 5);
}

function lowerEdge(bucket: number): number {
  return bucket <= 32 ? bucket : upperEdge(bucket - 1);
}
