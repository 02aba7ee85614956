import { isIP } from "node:net";

import { LossboundError } from "../base/errors.js";

/** Where something listens. */
export interface Address {
  host: string;
  port: number;
}

/**
 * Reads `host:port`; an IPv6 address stands in brackets.
 *
 * @throws LossboundError `USAGE`: `what` says whose address it was.
 */
export function parseAddress(what: string, text: string): Address {
  const parts = /^(?:\[([^\]]+)\]|([^:[\]\s/]+)):(\d{1,5})$/.exec(text.trim());
  const host = parts?.[1] ?? parts?.[2];
  const port = Number(parts?.[3]);
  const ipv6InBrackets = parts?.[1] === undefined || isIP(parts[1]) === 6;
  if (host === undefined || !ipv6InBrackets || port < 1 || port > 65_535) {
    throw new LossboundError("USAGE", `${what}: "${text}" is not host:port (such as 127.0.0.1:9092)`);
  }
  return { host, port };
}

/** Writes `host:port`, the inverse of `parseAddress`. */
export function formatAddress(host: string, port: number | string): string {
  return isIP(host) === 6 ? `[${host}]:${port}` : `${host}:${port}`;
}

/** Whether what listens there can be dialled from this machine only. */
export function isLoopback(host: string): boolean {
  const bare = host.replace(/^\[|\]$/g, "").toLowerCase();
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
