import { randomBytes } from "node:crypto";

/**
 * An id as Kafka makes them: 16 random bytes as base64url, never with a `-` in front, which its tools
 * would take for an option. A new one each time keeps brokers of two clusters apart that meet on a port.
 */
export function newClusterId(): string {
  for (;;) {
    const id = randomBytes(16).toString("base64url");
    if (!id.startsWith("-")) return id;
  }
}
