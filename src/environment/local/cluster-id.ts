import { randomBytes } from "node:crypto";

/**
 * Returns a cluster id in Kafka's format: 16 random bytes as base64url. It never starts with `-`,
 * which Kafka's tools would read as an option. Each cluster gets a new id, so that brokers of two
 * clusters do not mix if one of them reuses a port of the other.
 */
export function newClusterId(): string {
  for (;;) {
    const id = randomBytes(16).toString("base64url");
    if (!id.startsWith("-")) return id;
  }
}
