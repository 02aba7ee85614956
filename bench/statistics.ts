/** A median with the interval that holds the true one in 95 of 100 cases, whatever the distribution. */
export interface Estimate {
  median: number;
  low: number;
  high: number;
}

/**
 * The interval is that of the order statistics: the true median lies below the k-th smallest of n
 * independent values only when fewer than k of n fair coins show heads, so k is the largest for
 * which this happens in at most 2.5 of 100 cases, and the same holds from above.
 */
export function estimate(values: readonly number[]): Estimate {
  const sorted = values.toSorted((a, b) => a - b);
  const count = sorted.length;
  // The chance of exactly `heads` heads, and of at most so many.
  let exactly = 0.5 ** count;
  let atMost = exactly;
  let heads = 0;
  while (atMost <= 0.025) {
    exactly *= (count - heads) / (heads + 1);
    heads++;
    atMost += exactly;
  }
  // Fewer than six values allow no such interval: it is then all of them.
  const from = Math.max(0, heads - 1);
  return { median: medianOf(sorted), low: sorted[from]!, high: sorted[count - 1 - from]! };
}

export function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
