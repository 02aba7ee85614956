import { type ConnectionField, connectionPlace, connectionSlots, connectionStride } from "./format.js";
import { EvidenceError } from "../record/evidence-error.js";

/** A connection that a life opened. Times are milliseconds since 1970. */
export interface ConnectionRecord {
  /** Id of the broker. */
  broker: number;
  dialedAt: number;
  openedAt: number;
  /** `Infinity`: it was open when the life ended. */
  closedAt: number;
  /** Bytes that the kernel took. */
  bytesFlushed: number;
}

/**
 * Reads what a life wrote down of its connections.
 *
 * @param opened how many it counted; those beyond the room of a box are left out.
 * @throws EvidenceError if the rows are not as many as it counted, or if a time, a broker or a number of bytes
 *   cannot be what it is.
 */
export function connectionsOf(
  path: string,
  series: Float64Array,
  { opened, killed }: { opened: number; killed: boolean },
): ConnectionRecord[] {
  const count = Math.min(opened, connectionSlots);
  const fieldOf = (connection: number, name: ConnectionField): number =>
    series[connectionPlace(connection, name)]!;
  // A life stores when a connection was dialled, counts it, and stores when it was open. A kill may fall between.
  const isRight = (connection: number): boolean => {
    const isDialed = fieldOf(connection, "dialedAt") > 0;
    const isOpened = fieldOf(connection, "openedAt") > 0;
    if (connection < count) return isDialed && (isOpened || (killed && connection === count - 1));
    return !isOpened && (!isDialed || (killed && connection === count));
  };
  for (let connection = 0; connection < series.length / connectionStride; connection++) {
    if (isRight(connection)) continue;
    throw new EvidenceError(
      "connections-as-listed",
      `${path}: it opened ${opened} connections, and the row of connection ${connection} says otherwise`,
    );
  }
  return Array.from({ length: count }, (_, connection) => {
    const field = (name: ConnectionField): number => fieldOf(connection, name);
    const [broker, closedAt] = [field("broker"), field("closedAt")];
    const [dialedAt, openedAt] = [field("dialedAt"), field("openedAt")];
    const [bytesWritten, bytesFlushed] = [field("bytesWritten"), field("bytesFlushed")];
    const sane = Number.isInteger(broker) && dialedAt >= 0 && (closedAt === 0 || closedAt >= dialedAt);
    if (!sane) {
      throw new EvidenceError(
        "connections-as-listed",
        `${path}: connection ${connection} to broker ${broker} was dialled at ${dialedAt} and closed at ${closedAt}`,
      );
    }
    // A write is counted before it leaves.
    if (!(bytesFlushed >= 0 && bytesFlushed <= bytesWritten && Number.isInteger(bytesWritten))) {
      throw new EvidenceError(
        "connections-as-listed",
        `${path}: of the ${bytesWritten} bytes that were written to connection ${connection}, ${bytesFlushed} left`,
      );
    }
    return { broker, dialedAt, openedAt, closedAt: closedAt === 0 ? Infinity : closedAt, bytesFlushed };
  });
}
