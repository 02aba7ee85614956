/** Milliseconds since 1970, with fractions, and never going back within a process. */
export function epochMs(): number {
  return performance.timeOrigin + performance.now();
}
