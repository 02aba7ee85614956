import { parseAddress } from "../base/address.js";
import type { Link } from "../environment/link.js";
import { connectionsOf } from "../environment/process-connections.js";
import type { BlackBox } from "../ledger/black-box.js";
import type { Crew } from "../worker/crew.js";
import type { SocketCounts } from "./counts.js";

/**
 * What the connections of commands to a link have done so far. The bytes are hidden in their processes:
 * what a life has reported stands for what its connections wrote. Nobody sees the dials that were refused.
 *
 * @param broker the address of the one broker whose proxy is looked at; without it, all.
 * @param before an earlier look: what was open there, and is no more, was closed.
 */
export function commandSockets(
  crew: Pick<Crew, "lives">,
  link: Pick<Link, "routes">,
  broker: string | undefined,
  before?: SocketCounts,
): SocketCounts {
  const ports = new Set(
    link.routes
      .filter((route) => broker === undefined || route.broker === broker)
      .map(({ proxy }) => parseAddress("a proxy", proxy).port),
  );
  const counts: SocketCounts = { connections: new Map(), refused: 0 };
  for (const [connection, then] of before?.connections ?? [])
    counts.connections.set(connection, { ...then, open: false });
  for (const { reports, box, process } of crew.lives) {
    if (reports === undefined || process.end !== undefined) continue;
    const { accepted, rejected } = (box as BlackBox<"producer">).planes;
    const reported = accepted.count + rejected.count;
    for (const connection of connectionsOf(process.pid, ports))
      counts.connections.set(connection, { written: reported, answered: 0, awaiting: false, open: true });
  }
  return counts;
}
