import { type ConnectionField, connectionIndex, connectionSlots, connectionStride } from "./format.js";
import { EvidenceError } from "../record/evidence-error.js";

/** A connection that a life opened. Times are milliseconds since 1970. */
export interface ConnectionRecord {
  /** The broker's id. */
  broker: number;
  dialedAt: number;
  openedAt: number;
  /** `Infinity` if it was still open when the life ended. */
  closedAt: number;
  /** Bytes that the kernel accepted. */
  bytesFlushed: number;
}

/**
 * Reads the connections that a life recorded.
 *
 * @param opened how many it counted; those beyond the box's capacity have no row.
 * @throws EvidenceError if the number of rows differs from the count, or if a value is impossible.
 */
export function connectionsOf(
  path: string,
  series: Float64Array,
  { opened, killed }: { opened: number; killed: boolean },
): ConnectionRecord[] {
  const count = Math.min(opened, connectionSlots);
  const fieldOf = (connection: number, name: ConnectionField): number =>
    series[connectionIndex(connection, name)]!;
  // A life stores the dial time, counts the connection, then stores the open time. A kill may fall
  // between.
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
      `${path}: ${opened} connections were counted, but the row of connection ${connection} does not match that`,
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
        `${path}: connection ${connection} to broker ${broker} has impossible times: dialled at ${dialedAt}, closed at ${closedAt}`,
      );
    }
    // Bytes are counted before they leave.
    if (!(bytesFlushed >= 0 && bytesFlushed <= bytesWritten && Number.isInteger(bytesWritten))) {
      throw new EvidenceError(
        "connections-as-listed",
        `${path}: connection ${connection} sent ${bytesFlushed} bytes, but ${bytesWritten} were written to it`,
      );
    }
    return { broker, dialedAt, openedAt, closedAt: closedAt === 0 ? Infinity : closedAt, bytesFlushed };
  });
}
