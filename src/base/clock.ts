// Asked for once: it never changes, and the getter takes longer than the clock.
const origin = performance.timeOrigin;

/** Milliseconds since 1970, with fractions, and never going back within a process. */
export function epochMs(): number {
  return origin + performance.now();
}
