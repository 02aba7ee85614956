/** A process that the warden should start. */
export interface ProcessOrder {
  /** Its name in errors and logs: `broker 1`, `toxiproxy`, `consumer 0`. */
  name: string;
  command: string;
  args: readonly string[];
  /** Added to this process's environment. */
  env?: Readonly<Record<string, string>>;
  /** Whether it also gets the TLS and SASL settings, which identify lossbound to a cluster. */
  secrets?: boolean;
  cwd?: string;
  /** File for its standard output, and for its standard error unless `errors` is set. */
  output: string;
  /** Separate file for its standard error. */
  errors?: string;
  /** Whether signals also go to its child processes. */
  signalsGroup?: boolean;
  /** Whether it is a Node process that exchanges messages over IPC. */
  talks?: boolean;
}

/** A process that runs under the warden, in a process group of its own. */
export interface HostedProcess {
  readonly name: string;
  readonly pid: number;
  /** Resolves when the process has ended for any reason; never rejects. */
  readonly ended: Promise<ProcessEnd>;
  /** How it ended; `undefined` while it is running. */
  readonly end: ProcessEnd | undefined;
  /** Sends a signal to the process immediately. Returns false if the process has ended. */
  signal(signal: NodeJS.Signals): boolean;
  /** Sends a message to a process that uses IPC. */
  send(message: unknown): void;
  /** Adds a listener for messages from a process that uses IPC. */
  onMessage(listener: (message: unknown) => void): void;
  /** Returns the last lines that it printed, as evidence for errors. */
  lastLines(): string;
  /** Sends SIGTERM, and SIGKILL if the process is still running after `limitMs`. */
  stop(limitMs: number): Promise<ProcessEnd>;
}

export interface ProcessEnd {
  code: number | null;
  signal: NodeJS.Signals | null;
}
