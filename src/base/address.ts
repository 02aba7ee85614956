import { isIP } from "node:net";

import { type ErrorCode, LossboundError } from "./errors.js";

/** Where something listens. */
export interface Address {
  host: string;
  port: number;
}

/** Reads `host:port`; an IPv6 address stands in brackets. `undefined` for what is no such address. */
export function readAddress(text: string): Address | undefined {
  const address = readListenAddress(text);
  return address === undefined || address.host === "" || address.port === 0 ? undefined : address;
}

/** The same for something to listen on: no host stands for every one, and port 0 for a free one. */
export function readListenAddress(text: string): Address | undefined {
  const parts = /^(?:\[([^\]]+)\]|([^:[\]\s/]*)):(\d{1,5})$/.exec(text.trim());
  if (parts === null) return undefined;
  const [, inBrackets, bare = "", digits] = parts;
  const port = Number(digits);
  if (port > 65_535 || (inBrackets !== undefined && isIP(inBrackets) !== 6)) return undefined;
  return { host: inBrackets ?? bare, port };
}

/**
 * Reads `host:port` that somebody gave us.
 *
 * @param code whose mistake another text is: the user's, unless it says otherwise.
 * @throws LossboundError of that code; `what` says whose address it was.
 */
export function parseAddress(what: string, text: string, code: ErrorCode = "USAGE"): Address {
  const address = readAddress(text);
  if (address !== undefined) return address;
  throw new LossboundError(code, `${what}: "${text}" is not host:port (such as 127.0.0.1:9092)`);
}

/**
 * Reads the address that a broker advertises. The user did not write it, so another text is no error
 * of usage.
 *
 * @throws LossboundError `ENVIRONMENT`
 */
export function advertisedAddress(text: string): Address {
  return parseAddress("the address that a broker advertises", text, "ENVIRONMENT");
}

/** Writes `host:port`, the inverse of `readAddress`. */
export function formatAddress(host: string, port: number): string {
  return isIP(host) === 6 ? `[${host}]:${port}` : `${host}:${port}`;
}

/** A host as URLs and addresses have it, without the brackets of IPv6. */
export function withoutBrackets(host: string): string {
  return host.replace(/^\[|\]$/g, "");
}

/** Whether what listens there can be dialled from this machine only. */
export function isLoopback(host: string): boolean {
  const bare = withoutBrackets(host).toLowerCase();
  return bare === "localhost" || bare === "::1" || /^127(\.\d{1,3}){3}$/.test(bare);
}

/** Whether that is every address of a machine: something to listen on, and not to dial. */
export function isWildcard(host: string): boolean {
  return ["", "0.0.0.0", "::"].includes(host);
}

/** Whether that is a name or an address, with nothing around it. */
export function isHost(text: string): boolean {
  return isIP(text) !== 0 || /^[A-Za-z0-9]([\w.-]*[A-Za-z0-9])?$/.test(text);
}
