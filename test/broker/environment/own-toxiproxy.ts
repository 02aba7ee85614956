import { waitUntil } from "../../../src/base/wait.js";
import { openHosting } from "../../../src/processes/hosting.js";
import { freePorts } from "../../../src/processes/ports.js";
import {
  isServing,
  obtainToxiproxy,
  startToxiproxy,
  toxiproxyUrl,
} from "../../../src/environment/local/toxiproxy-server.js";

/**
 * A Toxiproxy without a broker, for one test file only, because some tests leave it in a bad state.
 */
export interface OwnToxiproxy extends AsyncDisposable {
  readonly url: string;
}

export async function openOwnToxiproxy(): Promise<OwnToxiproxy> {
  const hosting = await openHosting(() => {});
  try {
    const server = await obtainToxiproxy(hosting, () => {});
    const folder = await hosting.folder("toxiproxy");
    const [port = 0] = await freePorts(1);
    const plan = { port, folder: folder.path, mark: "start" };
    await startToxiproxy(hosting, server, plan);
    await waitUntil("Toxiproxy to answer", () => isServing(plan), { limitMs: 60_000 });
    return { url: toxiproxyUrl(plan), [Symbol.asyncDispose]: () => hosting[Symbol.asyncDispose]() };
  } catch (error) {
    await hosting[Symbol.asyncDispose]();
    throw error;
  }
}
