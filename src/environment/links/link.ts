import { LossboundError } from "../../base/errors.js";
import type { Role } from "../../scenario/role.js";
import { type Evidence, type Look, seeFault, seeHealthy } from "./evidence.js";
import type { StandIn, ToxicOnLink } from "./broker-proxy.js";
import { together } from "../../base/together.js";
import type { Removal, Stream } from "./toxiproxy.js";

/** The proxies between the workers of one role and all brokers. */
export interface Link {
  readonly role: Role;
  /** Which proxy to dial in place of which advertised address, both `host:port`. */
  readonly routes: readonly { broker: string; proxy: string }[];
  /**
   * Puts a fault on the proxies of the link (all, or those of one broker), and resolves when Toxiproxy
   * has answered for each. Any number of faults may be in force at the same time, each with an `id` of
   * its own (letters, digits, hyphens). Where one proxy does not take it, it is taken from all, and the
   * error passed on.
   */
  apply(fault: ToxicOnLink, id: string): Promise<LinkFaultInForce>;
}

/**
 * A moment that is known to lie between two: before the first call to Toxiproxy and after the last
 * answer, in milliseconds of the clock. In between, the fault may be in force on some proxies.
 */
interface Span {
  from: number;
  to: number;
}

export interface LinkFaultInForce {
  readonly applied: Span;
  /** What probes see of it. Settles while it is in force, or at once when it is healed; never rejects. */
  readonly evidence: Promise<Evidence>;
  /** Takes the fault away, and resolves when Toxiproxy has answered for each proxy. */
  heal(): Promise<HealedLinkFault>;
}

interface HealedLinkFault {
  readonly healed: Span;
  /** `replaced`: Toxiproxy hung, and the link's connections were cut to heal it (see `Proxy`). */
  readonly removal: Removal;
  /**
   * Whether probes then see a healthy link; null where they cannot tell, because another fault is in
   * force or a broker is dead. Settles within two seconds; never rejects.
   */
  readonly healthy: Promise<boolean | null>;
}

/** What a link is made of. */
export interface LinkParts {
  role: Role;
  standIns: readonly StandIn[];
  /** Milliseconds since 1970. */
  clock: () => number;
  look: Look;
}

export function linkOf({ role, standIns, clock, look }: LinkParts): Link {
  /** Faults in force or under way, and how many there ever were: probes of one must not see another. */
  const faults = new Set<string>();
  let applied = 0;
  const onWhich = ({ broker }: ToxicOnLink): StandIn[] => {
    const which = standIns.filter((one) => broker === undefined || one.broker === broker);
    if (which.length > 0) return which;
    throw new LossboundError("HARNESS", `no proxy stands for the broker ${broker}`);
  };

  return {
    role,
    routes: standIns.map(({ broker, proxy }) => ({ broker, proxy })),
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

async function put(one: StandIn, { toxic, stream }: ToxicOnLink, id: string): Promise<void> {
  if (toxic === "down") return await one.shut(id);
  for (const way of waysOf(stream)) await one.addToxic(nameOf(id, way), way, toxic);
}

async function take(one: StandIn, { toxic, stream }: ToxicOnLink, id: string): Promise<Removal> {
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

/** A proxy tells its toxics apart by their names. */
function nameOf(id: string, way: Stream): string {
  return `${id}-${way}`;
}
