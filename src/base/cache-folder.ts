import { homedir } from "node:os";
import { isAbsolute, join, resolve } from "node:path";

/** Where parts are kept, and the state files of what runs: `LOSSBOUND_CACHE`, or the XDG cache folder. */
export function cacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  if (env["LOSSBOUND_CACHE"]) return resolve(env["LOSSBOUND_CACHE"]);
  const xdg = env["XDG_CACHE_HOME"];
  // The XDG specification says to pass over a path that is not absolute.
  const base = xdg && isAbsolute(xdg) ? xdg : join(homedir(), ".cache");
  return join(base, "lossbound");
}
