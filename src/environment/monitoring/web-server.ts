import { readFileSync } from "node:fs";
import { join } from "node:path";

import type { Hosting } from "../../processes/hosting.js";
import { localHost } from "../../processes/ports.js";
import { atFreePort, untilReady } from "../../processes/ready.js";
import type { HostedProcess, ProcessOrder } from "../../processes/hosted-process.js";

/** An HTTP server that lossbound started. Its folder is deleted with it. */
export interface WebServer extends AsyncDisposable {
  /** Such as `http://127.0.0.1:21234`. */
  readonly url: string;
  readonly process: HostedProcess;
}

export interface WebServerWanted {
  /** Its name in lower case, such as `prometheus`. */
  name: string;
  /** The port to listen on, if it is free. */
  usualPort: number | undefined;
  /** Size limit of its files, in bytes. It decides whether they fit in memory. */
  dataBytes: number | undefined;
  /** Writes the files that it needs into its folder, and returns the command that starts it. */
  prepare: (folder: string, port: number) => Promise<Pick<ProcessOrder, "command" | "args" | "env">>;
  /** The path that answers with success once it is ready. */
  readyPath: string;
  signal: AbortSignal;
}

const stopLimitMs = 10_000;
export const answerLimitMs = 10_000;

/**
 * Starts a server under the warden on 127.0.0.1, and waits until it is ready.
 *
 * @throws LossboundError `ENVIRONMENT` with its output, or `DEADLINE`, if it does not start; any
 *   error of `prepare`.
 */
export async function startWebServer(
  hosting: Pick<Hosting, "start" | "folder">,
  wanted: WebServerWanted,
): Promise<WebServer> {
  return await atFreePort(wanted.usualPort, (port) => startAt(port, hosting, wanted));
}

async function startAt(
  port: number,
  hosting: Pick<Hosting, "start" | "folder">,
  { name, dataBytes, prepare, readyPath, signal }: WebServerWanted,
): Promise<WebServer> {
  const folder = await hosting.folder(`${name}-${port}`, dataBytes);
  const output = join(folder.path, `${name}.log`);
  const url = `http://${localHost}:${port}`;
  let process: HostedProcess | undefined;
  const end = async (): Promise<void> => {
    await process?.stop(stopLimitMs);
    await folder[Symbol.asyncDispose]();
  };
  try {
    const order = await prepare(folder.path, port);
    process = await hosting.start({ ...order, name: `${name} at ${localHost}:${port}`, output });
    await untilReady(
      process,
      () => readFileSync(output, "utf8"),
      async () => (await fetch(url + readyPath, { signal: AbortSignal.timeout(answerLimitMs) })).ok,
      signal,
    );
  } catch (error) {
    await end();
    throw error;
  }
  return { url, process, [Symbol.asyncDispose]: end };
}
