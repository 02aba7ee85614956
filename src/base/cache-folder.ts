import { homedir } from "node:os";
import { isAbsolute, join, resolve } from "node:path";

/**
 * Returns the folder for cached parts and for the state files of running wardens:
 * `LOSSBOUND_CACHE`, or `lossbound` in the XDG cache folder.
 */
export function cacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  if (env["LOSSBOUND_CACHE"]) return resolve(env["LOSSBOUND_CACHE"]);
  const xdg = env["XDG_CACHE_HOME"];
  // The XDG specification requires relative paths to be ignored.
  const base = xdg && isAbsolute(xdg) ? xdg : join(homedir(), ".cache");
  return join(base, "lossbound");
}
