/** What the warden is asked to start. */
export interface ProcessOrder {
  /** How errors and logs name it: `broker 1`, `toxiproxy`, `consumer 0`. */
  name: string;
  command: string;
  args: readonly string[];
  /** Added to this process's environment. */
  env?: Readonly<Record<string, string>>;
  /** Whether it is given the settings of TLS and SASL too: who lossbound is to a cluster. */
  secrets?: boolean;
  cwd?: string;
  /** File that takes its standard output and error. */
  output: string;
  /** File that takes its standard error, where that is not to be among its output. */
  errors?: string;
  /** Whether signals go to what it has started, too. */
  signalsGroup?: boolean;
  /** Whether it is a Node process that talks over IPC. */
  talks?: boolean;
}

/** A process that runs under the warden, in a process group of its own. */
export interface HostedProcess {
  readonly name: string;
  readonly pid: number;
  /** Resolves when the process has ended, however; never rejects. */
  readonly ended: Promise<ProcessEnd>;
  /** How it ended; `undefined` while it lives. */
  readonly end: ProcessEnd | undefined;
  /** Sends a signal to the process, at once. False when it has ended. */
  signal(signal: NodeJS.Signals): boolean;
  /** A message to a process that talks. */
  send(message: unknown): void;
  /** Hears the messages of a process that talks. */
  onMessage(listener: (message: unknown) => void): void;
  /** The last lines that it printed: evidence for errors. */
  lastLines(): string;
  /** SIGTERM, and SIGKILL after `limitMs`. */
  stop(limitMs: number): Promise<ProcessEnd>;
}

export interface ProcessEnd {
  code: number | null;
  signal: NodeJS.Signals | null;
}
