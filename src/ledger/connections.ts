import { connectionFields, connectionSlots, connectionStride } from "./box-format.js";
import { EvidenceError } from "./evidence.js";

/** A connection that a life opened. Times are milliseconds since 1970. */
export interface ConnectionRecord {
  /** Id of the broker. */
  broker: number;
  dialedAt: number;
  openedAt: number;
  /** `Infinity`: it was open when the life ended. */
  closedAt: number;
}

/**
 * Reads what a life wrote down of its connections.
 *
 * @param opened how many there were; those beyond the room of a box are left out.
 * @throws EvidenceError if a time or a broker cannot be what it is.
 */
export function connectionsOf(path: string, series: Float64Array, opened: number): ConnectionRecord[] {
  const count = Math.min(opened, connectionSlots);
  return Array.from({ length: count }, (_, connection) => {
    const field = (name: (typeof connectionFields)[number]): number =>
      series[connection * connectionStride + connectionFields.indexOf(name)]!;
    const [broker, closedAt] = [field("broker"), field("closedAt")];
    const [dialedAt, openedAt] = [field("dialedAt"), field("openedAt")];
    const sane = Number.isInteger(broker) && dialedAt >= 0 && (closedAt === 0 || closedAt >= dialedAt);
    if (!sane) {
      throw new EvidenceError(
        "black-box",
        `${path}: connection ${connection} to broker ${broker} was dialled at ${dialedAt} and closed at ${closedAt}`,
      );
    }
    return { broker, dialedAt, openedAt, closedAt: closedAt === 0 ? Infinity : closedAt };
  });
}
