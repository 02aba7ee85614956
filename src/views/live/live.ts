import { understandsControls } from "../layout/colors.js";
import { liveLines } from "./lines.js";
import type { LiveReport, LiveStream } from "./report.js";
import { liveScreen } from "./screen.js";

/**
 * Opens a view that is redrawn in place on a terminal, plain lines elsewhere, and nothing with
 * `quiet`.
 */
export function openLive(
  stream: LiveStream,
  env: NodeJS.ProcessEnv,
  options: { quiet: boolean },
): LiveReport {
  if (options.quiet) return silent;
  return understandsControls(stream, env) ? liveScreen(stream, env) : liveLines(stream);
}

const silent: LiveReport = {
  line() {},
  live() {},
  clear() {},
  [Symbol.dispose]() {},
};
