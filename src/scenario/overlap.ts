import type { Fault, LinkFault } from "./scenario.js";

interface Stretch {
  index: number;
  fromMs: number;
  toMs: number;
}

export interface Overlap {
  /** The fault that begins while the other one is on. */
  index: number;
  other: number;
  /** What both are, e.g. `upstream timeout on the producer-link`. */
  what: string;
}

/**
 * Faults that Toxiproxy could not tell apart, on at the same time. Only those at a fixed time are
 * looked at: when a count is reached is not known before the run.
 */
export function* overlappingFaults(faults: Iterable<[number, Fault]>): Iterable<Overlap> {
  const alike = new Map<string, Stretch[]>();
  for (const [index, fault] of faults) {
    if (fault.kind !== "link" || fault.trigger.kind !== "at") continue;
    const what = identityOf(fault);
    alike.set(what, [...(alike.get(what) ?? []), ...stretchesOf(index, fault, fault.trigger.ms)]);
  }
  for (const [what, stretches] of alike) {
    const reported = new Set<number>();
    let longest: Stretch | undefined;
    for (const stretch of stretches.toSorted((one, next) => one.fromMs - next.fromMs)) {
      // Two stretches of one fault never overlap: a rule of its own makes `every` longer than `for`.
      if (longest && stretch.fromMs < longest.toMs && !reported.has(stretch.index)) {
        reported.add(stretch.index);
        yield { index: stretch.index, other: longest.index, what };
      }
      if (!longest || stretch.toMs > longest.toMs) longest = stretch;
    }
  }
}

function identityOf({ toxic, stream, on }: LinkFault): string {
  return toxic === "down" ? `down on the ${on}` : `${stream} ${toxic.type} on the ${on}`;
}

function stretchesOf(index: number, fault: LinkFault, firstMs: number): Stretch[] {
  return Array.from({ length: fault.times }, (_, turn) => {
    const fromMs = firstMs + turn * fault.every;
    return { index, fromMs, toMs: fault.for === undefined ? Infinity : fromMs + fault.for };
  });
}
