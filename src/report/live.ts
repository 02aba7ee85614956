import { understandsControls } from "./colors.js";
import { liveLines } from "./live-lines.js";
import type { LiveReport, LiveStream } from "./live-report.js";
import { liveScreen } from "./live-screen.js";

/** A view redrawn in place on a terminal, plain lines anywhere else, and nothing where that was asked for. */
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
