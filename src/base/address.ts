import { isIP } from "node:net";

import { type ErrorCode, LossboundError } from "./errors.js";

/** A host and a port, to listen on or to dial. */
export interface Address {
  host: string;
  port: number;
}

/** Reads `host:port`, with an IPv6 address in brackets. Returns `undefined` for any other text. */
export function readAddress(text: string): Address | undefined {
  const address = readListenAddress(text);
  return address === undefined || address.host === "" || address.port === 0 ? undefined : address;
}

/**
 * Reads an address to listen on: an empty host means all interfaces, port 0 means any free port.
 */
export function readListenAddress(text: string): Address | undefined {
  const parts = /^(?:\[([^\]]+)\]|([^:[\]\s/]*)):(\d{1,5})$/.exec(text.trim());
  if (parts === null) return undefined;
  const [, inBrackets, bare = "", digits] = parts;
  const port = Number(digits);
  if (port > 65_535 || (inBrackets !== undefined && isIP(inBrackets) !== 6)) return undefined;
  return { host: inBrackets ?? bare, port };
}

/**
 * Reads `host:port` from the user or from another program.
 *
 * @param what names the address in the error.
 * @param code of the error; the default blames the user.
 * @throws LossboundError of that code if `text` is not `host:port`.
 */
export function parseAddress(what: string, text: string, code: ErrorCode = "USAGE"): Address {
  const address = readAddress(text);
  if (address !== undefined) return address;
  throw new LossboundError(code, `${what}: expected host:port, such as 127.0.0.1:9092, got "${text}"`);
}

/**
 * Reads the address that a broker advertises. The user did not write it, so a malformed address is
 * not a usage error.
 *
 * @throws LossboundError `ENVIRONMENT`
 */
export function advertisedAddress(text: string): Address {
  return parseAddress("address advertised by a broker", text, "ENVIRONMENT");
}

/** Writes `host:port`, the inverse of `readAddress`. */
export function formatAddress(host: string, port: number): string {
  return isIP(host) === 6 ? `[${host}]:${port}` : `${host}:${port}`;
}

/** Strips the brackets that URLs and addresses put around an IPv6 host. */
export function withoutBrackets(host: string): string {
  return host.replace(/^\[|\]$/g, "");
}

/** Whether a server on this host can be reached from this machine only. */
export function isLoopback(host: string): boolean {
  const bare = withoutBrackets(host).toLowerCase();
  return bare === "localhost" || bare === "::1" || /^127(\.\d{1,3}){3}$/.test(bare);
}

/** Whether the host means all interfaces: valid to listen on, but not to dial. */
export function isWildcard(host: string): boolean {
  return ["", "0.0.0.0", "::"].includes(host);
}

/** Whether the text is a bare host name or IP address, without a port, brackets or a scheme. */
export function isHost(text: string): boolean {
  return isIP(text) !== 0 || /^[A-Za-z0-9]([\w.-]*[A-Za-z0-9])?$/.test(text);
}
