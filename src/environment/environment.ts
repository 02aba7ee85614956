import type { Role } from "../scenario/role.js";
import type { OwnedFolder } from "../processes/owned-folder.js";
import type { HostedProcess, ProcessOrder } from "../processes/hosted-process.js";

/**
 * Brokers and a Toxiproxy that are ready for use. `local` starts them here; `external` uses
 * existing ones, and `docker` those of docker-compose.yml. Disposing it removes everything that it
 * started or created, and nothing else.
 */
export interface Environment extends AsyncDisposable {
  readonly kind: "local" | "external" | "docker";
  /** Versions of the broker and the proxy, for the result. */
  readonly versions: { broker: string; proxy: string };
  /**
   * `host:port` of brokers for direct connections by admin and auditor, never by the group under
   * test.
   */
  readonly bootstrap: readonly string[];
  /** URL of Toxiproxy's API. */
  readonly toxiproxy: string;
  /** The address on which Toxiproxy listens for the workers, without a port. */
  readonly proxyHost: string;
  /** The only ports on which it may listen there; `undefined` if any port will do. */
  readonly proxyPorts?: readonly number[] | undefined;
  /**
   * Extra listeners for clients that follow advertised addresses, one per broker and role; may be
   * empty.
   */
  readonly links: readonly AdvertisedLink[];
  /** Java classpath of Apache Kafka; `undefined` if not available. */
  readonly classpath?: string | undefined;
  /**
   * The brokers, which can be killed and restarted; `undefined` if lossbound did not start them.
   */
  readonly brokers: readonly BrokerHandle[] | undefined;
  /** The logs of the brokers; `undefined` if lossbound cannot read them. */
  readonly brokerLog: BrokerLog | undefined;
  /**
   * Aborted with the error to throw if the warden dies, which kills all processes, or if a broker
   * or Toxiproxy exits unexpectedly.
   */
  readonly died: AbortSignal;
  /** Starts a process that cannot outlive this one. */
  start(order: ProcessOrder): Promise<HostedProcess>;
  /**
   * Creates the folder `path`, which cannot outlive this process. Its name must begin with
   * `lossbound-`.
   */
  claim(path: string): Promise<OwnedFolder>;
  /** Creates a folder that cannot outlive this process, in memory (tmpfs) if `bytes` fit there. */
  folder(name: string, bytes?: number): Promise<OwnedFolder>;
}

/**
 * A broker that faults may act on. Each call resolves once its effect has been observed. It throws
 * LossboundError `DEADLINE` if that takes too long, and `HARNESS` if the broker is in the wrong
 * state.
 */
export interface BrokerHandle {
  readonly id: number;
  /** `host:port` that it advertises. */
  readonly address: string;
  /** Sends SIGKILL. */
  kill(): Promise<void>;
  /** Sends SIGSTOP. The kernel still accepts connections for it, but the broker does nothing. */
  pause(): Promise<void>;
  /** Sends SIGCONT. */
  resume(): Promise<void>;
  /**
   * Sends SIGTERM, on which the broker hands its leaderships to other brokers and exits. `signal`
   * cancels the wait, but not the shutdown.
   */
  stop(signal?: AbortSignal): Promise<void>;
  /**
   * Restarts it after its end on the same port and data. Resolves when it accepts connections and
   * may lead partitions. `signal` cancels the start and kills the new process.
   */
  start(signal?: AbortSignal): Promise<void>;
}

/** A listener on which a broker advertises the proxy of one role instead of itself. */
export interface AdvertisedLink {
  readonly role: Role;
  /** `host:port` that the broker advertises to all other clients. */
  readonly broker: string;
  /** `host:port` on which the broker listens for this role. */
  readonly upstream: string;
  /** `host:port` that it advertises there, on which the proxy must listen. */
  readonly proxy: string;
}

/** Events that only the logs of the brokers show. */
export interface BrokerLog {
  /**
   * Reads all events of one run so far.
   *
   * @param run the prefix of its client ids, and the name of its topic.
   */
  told(run: { clients: string; topic: string }): Promise<{ refusals: Refusal[]; truncations: Truncation[] }>;
}

/** A broker could not store a produce request with acks=0, and closed the connection. */
export interface Refusal {
  /** Id of the broker. */
  broker: number;
  clientId: string;
  correlationId: number;
  /** Milliseconds since 1970. */
  at: number;
}

/** A broker truncated its replica of a partition: it dropped the records from this offset on. */
export interface Truncation {
  /** Id of the broker. */
  broker: number;
  partition: number;
  offset: number;
  /** Milliseconds since 1970. */
  at: number;
}
