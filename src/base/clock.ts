// Read once: the origin never changes, and its getter takes longer than the clock.
const origin = performance.timeOrigin;

/** Returns milliseconds since 1970, with fractions. It never goes backwards within a process. */
export function epochMs(): number {
  return origin + performance.now();
}
