import net from "node:net";
import { performance } from "node:perf_hooks";
import tls from "node:tls";

import { parseAddress } from "../../base/address.js";
import { messageOf } from "../../base/errors.js";

/**
 * A probe asks a broker for its API versions on its own connection, through the same proxy as the
 * workers. It shows what a fault does to a connection without touching those of the workers. Any
 * broker answers this request, even before a login.
 */

/**
 * The observation of a probe. Times are milliseconds since the start of the dial; `bytes` were
 * received.
 */
export type Seen =
  | { kind: "answered"; afterMs: number; bytes: number }
  /** No complete answer had arrived when the probe reached its limit or was cut short. */
  | { kind: "silence"; forMs: number; bytes: number; cutShort: boolean }
  /** The connection was closed in order (FIN) before the answer was complete. */
  | { kind: "closed"; afterMs: number; bytes: number }
  /** ECONNRESET. */
  | { kind: "reset"; afterMs: number; bytes: number }
  /** ECONNREFUSED. */
  | { kind: "refused"; afterMs: number }
  /**
   * An error that no fault causes: no route, an invalid certificate, an answer that is not Kafka's.
   */
  | { kind: "failed"; afterMs: number; why: string };

export interface ProbeOptions {
  /** Longest duration of the probe, in milliseconds. */
  limitMs: number;
  /** TLS settings, including the server name, if the brokers use TLS. */
  tls?: tls.ConnectionOptions | undefined;
  /** Cuts the probe short; it then returns what it has seen so far. */
  signal?: AbortSignal | undefined;
}

/** Probes a broker through the proxy at `address`. Never rejects. */
export async function probe(address: string, options: ProbeOptions): Promise<Seen> {
  const { host, port } = parseAddress("proxy address", address, "ENVIRONMENT");
  const { limitMs, signal } = options;
  const started = performance.now();
  const elapsed = () => performance.now() - started;
  const received: Buffer[] = [];
  let bytes = 0;

  const socket = options.tls
    ? tls.connect({ ...options.tls, host, port })
    : net.connect({ host, port, noDelay: true });
  let end!: (seen: Seen) => void;
  const ended = new Promise<Seen>((resolve) => (end = resolve));
  const fallSilent = (cutShort: boolean) => end({ kind: "silence", forMs: elapsed(), bytes, cutShort });
  const cut = () => fallSilent(true);

  // The socket holds the request back until the connection and the handshake are complete.
  socket.write(apiVersionsRequest);
  socket.on("data", (chunk: Buffer) => {
    received.push(chunk);
    bytes += chunk.length;
    const answer = readAnswer(Buffer.concat(received));
    if (answer === "complete") end({ kind: "answered", afterMs: elapsed(), bytes });
    if (answer === "foreign") end({ kind: "failed", afterMs: elapsed(), why: "not an answer from Kafka" });
  });
  // If a connection is closed in order during the TLS handshake, Node also reports a reset, but
  // later.
  socket.on("end", () => end({ kind: "closed", afterMs: elapsed(), bytes }));
  socket.on("error", (error) => end(seenIn(error, elapsed(), bytes)));
  const timer = setTimeout(() => fallSilent(false), limitMs);
  signal?.addEventListener("abort", cut, { once: true });
  if (signal?.aborted) cut();

  try {
    return await ended;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", cut);
    socket.destroy();
  }
}

const correlationId = 0x1055_b0bd;

/** ApiVersions, version 0, with the oldest header that has a client id; the size comes first. */
const apiVersionsRequest = requestOf("lossbound-probe");

function requestOf(clientId: string): Buffer {
  const request = Buffer.alloc(4 + 2 + 2 + 4 + 2 + clientId.length);
  request.writeInt32BE(request.length - 4, 0);
  request.writeInt16BE(18, 4);
  request.writeInt16BE(0, 6);
  request.writeInt32BE(correlationId, 8);
  request.writeInt16BE(clientId.length, 12);
  request.write(clientId, 14, "latin1");
  return request;
}

/** An answer starts with its size and the correlation id of its request; the rest is ignored. */
function readAnswer(received: Buffer): "partial" | "complete" | "foreign" {
  if (received.length < 8) return "partial";
  if (received.readInt32BE(4) !== correlationId) return "foreign";
  return received.length < 4 + received.readInt32BE(0) ? "partial" : "complete";
}

function seenIn(error: NodeJS.ErrnoException, afterMs: number, bytes: number): Seen {
  if (error.code === "ECONNREFUSED") return { kind: "refused", afterMs };
  if (error.code === "ECONNRESET") return { kind: "reset", afterMs, bytes };
  return { kind: "failed", afterMs, why: messageOf(error) };
}

/** Describes the observation as text. */
export function textOf(seen: Seen): string {
  switch (seen.kind) {
    case "answered":
      return `an answer after ${ms(seen.afterMs)}`;
    case "silence":
      return `silence for ${ms(seen.forMs)}${after(seen.bytes)}`;
    case "closed":
      return `closed after ${ms(seen.afterMs)}${after(seen.bytes)}`;
    case "reset":
      return `reset after ${ms(seen.afterMs)}${after(seen.bytes)}`;
    case "refused":
      return "refused";
    case "failed":
      return `failed: ${seen.why}`;
  }
}

function ms(value: number): string {
  return `${Math.round(value)} ms`;
}

function after(bytes: number): string {
  return bytes === 0 ? "" : ` and ${bytes} bytes`;
}
