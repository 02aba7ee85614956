import { LossboundError } from "../../base/errors.js";
import type { Role } from "../../scenario/role.js";
import { type Evidence, type Look, seeFault, seeHealthy } from "./evidence.js";
import type { BrokerProxy, ToxicOnLink } from "./broker-proxy.js";
import { together } from "../../base/together.js";
import type { Removal, Stream } from "./toxiproxy.js";

/** The proxies between the workers of one role and all brokers. */
export interface Link {
  readonly role: Role;
  /** The proxy to dial instead of each advertised address; both are `host:port`. */
  readonly routes: readonly { broker: string; proxy: string }[];
  /**
   * Applies a fault to the proxies of the link (all, or those of one broker), and resolves when
   * Toxiproxy has answered for each. Any number of faults may be in force at once, each with a
   * unique `id` (letters, digits, hyphens). If one proxy fails, the fault is removed from all of
   * them, and the error is thrown.
   */
  apply(fault: ToxicOnLink, id: string): Promise<LinkFaultInForce>;
}

/**
 * The bounds of a moment: before the first call to Toxiproxy and after its last answer, in
 * milliseconds of the clock. In between, the fault may be in force on some proxies only.
 */
interface Span {
  from: number;
  to: number;
}

export interface LinkFaultInForce {
  readonly applied: Span;
  /**
   * The observations of probes. Settles while it is in force, or as soon as it is healed; never
   * rejects.
   */
  readonly evidence: Promise<Evidence>;
  /** Removes the fault, and resolves when Toxiproxy has answered for each proxy. */
  heal(): Promise<HealedLinkFault>;
}

interface HealedLinkFault {
  readonly healed: Span;
  /** `replaced`: Toxiproxy hung, so the link's connections were cut to heal it (see `Proxy`). */
  readonly removal: Removal;
  /**
   * Whether probes see a healthy link afterwards; null if they cannot tell because another fault is
   * in force or a broker is dead. Settles within two seconds; never rejects.
   */
  readonly healthy: Promise<boolean | null>;
}

/** The parts of a link. */
export interface LinkParts {
  role: Role;
  proxies: readonly BrokerProxy[];
  /** Milliseconds since 1970. */
  clock: () => number;
  look: Look;
}

export function linkOf({ role, proxies, clock, look }: LinkParts): Link {
  /** Faults that are in force or being applied. A probe for one of them must not see another. */
  const faults = new Set<string>();
  /** Faults applied so far, to notice one that came and went during a probe. */
  let applied = 0;
  const onWhich = ({ broker }: ToxicOnLink): BrokerProxy[] => {
    const which = proxies.filter((one) => broker === undefined || one.broker === broker);
    if (which.length > 0) return which;
    throw new LossboundError("HARNESS", `cannot find a proxy for broker ${broker}`);
  };

  return {
    role,
    routes: proxies.map(({ broker, proxy }) => ({ broker, proxy })),
    async apply(fault, id) {
      const which = onWhich(fault);
      applied += 1;
      faults.add(id);
      try {
        const { span } = await timed(() =>
          together(
            undefined,
            which.map((one) => () => put(one, fault, id)),
          ),
        );
        return inForce(fault, id, span);
      } catch (error) {
        await Promise.allSettled(which.map((one) => take(one, fault, id)));
        faults.delete(id);
        throw error;
      }
    },
  };

  function inForce(fault: ToxicOnLink, id: string, span: Span): LinkFaultInForce {
    const healing = new AbortController();
    let healed: Promise<HealedLinkFault> | undefined;
    const appliedBefore = applied;
    const wasAlone = faults.size === 1;
    const isAlone = () => wasAlone && applied === appliedBefore;
    return {
      applied: span,
      evidence: seeFault(onWhich(fault), fault, isAlone, {
        ...look,
        signal: AbortSignal.any([look.signal, healing.signal]),
      }),
      heal() {
        healing.abort();
        return (healed ??= heal(fault, id));
      },
    };
  }

  async function heal(fault: ToxicOnLink, id: string): Promise<HealedLinkFault> {
    const which = onWhich(fault);
    const { span, results } = await timed(() =>
      together(
        undefined,
        which.map((one) => () => take(one, fault, id)),
      ),
    );
    faults.delete(id);
    const appliedBefore = applied;
    const isAlone = () => faults.size === 0 && applied === appliedBefore;
    return {
      healed: span,
      removal: results.includes("replaced") ? "replaced" : "removed",
      healthy: seeHealthy(which, fault, isAlone, look),
    };
  }

  async function timed<T>(calls: () => Promise<T>): Promise<{ span: Span; results: T }> {
    const from = clock();
    const results = await calls();
    return { span: { from, to: clock() }, results };
  }
}

async function put(one: BrokerProxy, { toxic, stream }: ToxicOnLink, id: string): Promise<void> {
  if (toxic === "down") return await one.shut(id);
  for (const way of waysOf(stream)) await one.addToxic(nameOf(id, way), way, toxic);
}

async function take(one: BrokerProxy, { toxic, stream }: ToxicOnLink, id: string): Promise<Removal> {
  if (toxic === "down") {
    await one.reopen(id);
    return "removed";
  }
  let removal: Removal = "removed";
  for (const way of waysOf(stream)) {
    if ((await one.removeToxic(nameOf(id, way))) === "replaced") removal = "replaced";
  }
  return removal;
}

function waysOf(stream: ToxicOnLink["stream"]): readonly Stream[] {
  return stream === "both" ? ["upstream", "downstream"] : [stream];
}

/** Names must differ between the toxics of one proxy. */
function nameOf(id: string, way: Stream): string {
  return `${id}-${way}`;
}
