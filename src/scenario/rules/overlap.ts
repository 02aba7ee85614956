import type { BrokerFault, Fault, LinkFault } from "../faults.js";

export interface Overlap {
  /** The fault that begins while the other one is on. */
  index: number;
  other: number;
  /** What both are, e.g. `upstream timeout on the producer-link`. */
  what: string;
  /** Why they cannot be on at the same time. */
  why: string;
}

interface Stretch {
  index: number;
  fromMs: number;
  toMs: number;
  works: Work;
}

/** What a fault does, and where. Two with the same `on` touch where they share a place and a way. */
interface Work {
  on: string;
  /** Places of brokers; `undefined`: all. */
  broker: number | undefined;
  way: LinkFault["stream"];
  what: string;
  why: string;
}

/**
 * Faults of one kind on at the same time, where that makes no sense: toxics that Toxiproxy could not
 * tell apart, the end of a broker that is dead. Only those at a fixed time and at brokers that are
 * named are looked at: when a count is reached, and who leads then, is not known before the run.
 */
export function* overlappingFaults(faults: Iterable<[number, Fault]>): Iterable<Overlap> {
  const stretches = [...faults].flatMap(([index, fault]) => stretchesOf(index, fault));
  /** The last one of each fault: those before it have ended earlier. */
  const begun = new Map<number, Stretch>();
  const reported = new Set<number>();
  for (const stretch of stretches.toSorted((one, next) => one.fromMs - next.fromMs)) {
    const isOn = ({ index, toMs, works }: Stretch): boolean =>
      index !== stretch.index && stretch.fromMs < toMs && clash(works, stretch.works);
    const [other] = [...begun.values()].filter(isOn).toSorted((one, next) => next.toMs - one.toMs);
    if (other && !reported.has(stretch.index)) {
      reported.add(stretch.index);
      const { what, why } = stretch.works;
      yield { index: stretch.index, other: other.index, what, why };
    }
    begun.set(stretch.index, stretch);
  }
}

function clash(one: Work, other: Work): boolean {
  const samePlace = one.broker === undefined || other.broker === undefined || one.broker === other.broker;
  const sameWay = one.way === "both" || other.way === "both" || one.way === other.way;
  return one.on === other.on && samePlace && sameWay;
}

function stretchesOf(index: number, fault: Fault): Stretch[] {
  if ((fault.kind !== "link" && fault.kind !== "broker") || fault.trigger.kind !== "at") return [];
  const works = workOf(fault);
  if (works === undefined) return [];
  const firstMs = fault.trigger.ms;
  // Two stretches of one fault never overlap: a rule of its own makes `every` longer than `for`.
  return Array.from({ length: fault.times }, (_, turn) => {
    const fromMs = firstMs + turn * fault.every;
    return { index, fromMs, toMs: fault.for === undefined ? Infinity : fromMs + fault.for, works };
  });
}

function workOf(fault: LinkFault | BrokerFault): Work | undefined {
  if (fault.broker !== undefined && fault.broker.kind !== "index") return undefined;
  const broker = fault.broker?.index;
  if (fault.kind === "broker") {
    const why = "a broker that is away cannot be taken away again";
    return { on: "broker", broker, way: "both", what: `fault of broker ${broker}`, why };
  }
  const { toxic, stream, on } = fault;
  const why = "Toxiproxy tells toxics apart by link, type and stream alone";
  const way = stream === "both" ? "two-way" : stream;
  const place = broker === undefined ? on : `${on} to broker ${broker}`;
  return toxic === "down"
    ? { on: `down ${on}`, broker, way: "both", what: `down on the ${place}`, why }
    : {
        on: `${toxic.type} ${on}`,
        broker,
        way: stream,
        what: `${way} ${toxic.type} on the ${place}`,
        why,
      };
}
