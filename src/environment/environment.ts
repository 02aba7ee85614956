import type { HostedProcess, ProcessOrder } from "./warden.js";

/**
 * Broker(s) and a Toxiproxy, ready to be used: started here (`local`) or met (`external`). Disposing
 * it takes away everything it started or made, and nothing else.
 */
export interface Environment extends AsyncDisposable {
  readonly kind: "local" | "external";
  /** Versions of what runs, for the result. */
  readonly versions: { broker: string; proxy: string };
  /** `host:port` of brokers, for direct connections: admin and auditor, never the group under test. */
  readonly bootstrap: readonly string[];
  /** URL of Toxiproxy's API. */
  readonly toxiproxy: string;
  /** The address on which Toxiproxy is to listen for the workers, without a port. */
  readonly proxyHost: string;
  /** Aborted, with the error to throw, when what watches over the processes died: all were killed. */
  readonly died: AbortSignal;
  /** Starts a process that cannot outlive this one. */
  start(order: ProcessOrder): Promise<HostedProcess>;
  /** Makes the folder `path`, whose name must begin with `lossbound-`, as one of ours. */
  claim(path: string): Promise<OwnedFolder>;
  /** A new folder that cannot outlive this process; on memory (tmpfs) where `bytes` fit there. */
  folder(name: string, bytes?: number): Promise<OwnedFolder>;
}

/** A folder of ours: disposing it deletes it; so does the warden when this process ends before that. */
export interface OwnedFolder extends AsyncDisposable {
  readonly path: string;
}
