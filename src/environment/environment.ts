import type { Role } from "../scenario/role.js";
import type { OwnedFolder } from "../processes/owned-folder.js";
import type { HostedProcess, ProcessOrder } from "../processes/hosted-process.js";

/**
 * Broker(s) and a Toxiproxy, ready to be used: started here (`local`) or met (`external`, and `docker`,
 * which are those of docker-compose.yml). Disposing it takes away everything it started or made, and nothing else.
 */
export interface Environment extends AsyncDisposable {
  readonly kind: "local" | "external" | "docker";
  /** Versions of what runs, for the result. */
  readonly versions: { broker: string; proxy: string };
  /** `host:port` of brokers, for direct connections: admin and auditor, never the group under test. */
  readonly bootstrap: readonly string[];
  /** URL of Toxiproxy's API. */
  readonly toxiproxy: string;
  /** The address on which Toxiproxy is to listen for the workers, without a port. */
  readonly proxyHost: string;
  /** The only ports on which it may listen there; `undefined` where any will do. */
  readonly proxyPorts?: readonly number[] | undefined;
  /** Where clients that follow advertised addresses come in, by broker and role; none where there is no such way. */
  readonly links: readonly AdvertisedLink[];
  /** Java's classpath of Apache Kafka; `undefined` where it is not at hand. */
  readonly classpath?: string | undefined;
  /** The brokers, to be killed and started again; `undefined` where they are not ours. */
  readonly brokers: readonly BrokerHandle[] | undefined;
  /** What the brokers print; `undefined` where we cannot read it. */
  readonly brokerLog: BrokerLog | undefined;
  /**
   * Aborted, with the error to throw, when what watches over the processes died (all were killed),
   * or when a broker or Toxiproxy ended by itself.
   */
  readonly died: AbortSignal;
  /** Starts a process that cannot outlive this one. */
  start(order: ProcessOrder): Promise<HostedProcess>;
  /** Makes the folder `path`, whose name must begin with `lossbound-`, as one of ours. */
  claim(path: string): Promise<OwnedFolder>;
  /** A new folder that cannot outlive this process; on memory (tmpfs) where `bytes` fit there. */
  folder(name: string, bytes?: number): Promise<OwnedFolder>;
}

/**
 * A broker that may be harmed. Each call resolves when what it does is seen to be done, and throws
 * LossboundError: `DEADLINE` when it takes too long, `HARNESS` when the broker is in no state for it.
 */
export interface BrokerHandle {
  readonly id: number;
  /** `host:port` that it advertises. */
  readonly address: string;
  /** SIGKILL. */
  kill(): Promise<void>;
  /** SIGSTOP: it takes connections, as the kernel does that, and does nothing else. */
  pause(): Promise<void>;
  /** SIGCONT. */
  resume(): Promise<void>;
  /** SIGTERM: it moves its leaders to others before it ends. `signal` gives up the wait for that. */
  stop(signal?: AbortSignal): Promise<void>;
  /**
   * Starts it again after its end, on the same port and data: it takes connections, and may lead.
   * `signal` gives the start up, and ends what was started.
   */
  start(signal?: AbortSignal): Promise<void>;
}

/** A listener of a broker that advertises, in place of itself, the proxy of one role. */
export interface AdvertisedLink {
  readonly role: Role;
  /** `host:port` that the broker advertises to everybody else. */
  readonly broker: string;
  /** `host:port` at which it listens for this role. */
  readonly upstream: string;
  /** `host:port` that it advertises there: the proxy is to listen on it. */
  readonly proxy: string;
}

/** What brokers tell in their logs, and nobody else does. */
export interface BrokerLog {
  /**
   * All that they have told so far of one run.
   *
   * @param run what the ids of its clients begin with, and the name of its topic.
   */
  told(run: { clients: string; topic: string }): Promise<{ refusals: Refusal[]; truncations: Truncation[] }>;
}

/** A broker could not store a produce request that wants no answer, and closed its connection. */
export interface Refusal {
  /** Id of the broker. */
  broker: number;
  clientId: string;
  correlationId: number;
  /** Milliseconds since 1970. */
  at: number;
}

/** A broker cut its replica of a partition: what it had at this offset and above is gone from it. */
export interface Truncation {
  /** Id of the broker. */
  broker: number;
  partition: number;
  offset: number;
  /** Milliseconds since 1970. */
  at: number;
}
