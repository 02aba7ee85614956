/** Names an occurrence of a fault among all of a run. */
export function keyOf({ index }: { index: number }, occurrence: number): string {
  return `f${index}-${occurrence}`;
}
