import { type Palette, paletteFor } from "../layout/colors.js";
import { layLine, widthOf } from "../layout/columns.js";
import type { LiveReport, LiveStream } from "./report.js";
import { liveFrame } from "./frame.js";
import { openPace } from "./pace.js";
import { printable } from "../../base/printable.js";

/**
 * How a run goes as a view redrawn in place. Lines for people scroll by above it.
 *
 * The cursor is never hidden: it waits below the view. So there is nothing to bring back on any exit,
 * SIGKILL among them, and a shell never ends up without a cursor.
 */
export function liveScreen(stream: LiveStream, env: NodeJS.ProcessEnv): LiveReport {
  const palette: Palette = paletteFor(stream, env);
  const pace = openPace();
  /** Widths of the lines of the view that is on the screen. */
  let shown: number[] = [];
  let frame: string[] = [];

  // One write a change: a terminal shows each at once, so nothing flickers.
  const redraw = (above: string, lines: readonly string[], widths: readonly number[]) => {
    const text = erase(shown, stream.columns) + above + lines.map((line) => `${line}\n`).join("");
    shown = [...widths];
    if (text !== "") stream.write(text);
  };
  const clear = () => {
    frame = [];
    redraw("", [], []);
  };

  return {
    line: (text) => redraw(`${printable(text)}\n`, frame, shown),
    live(view) {
      const width = (stream.columns ?? 80) - 1;
      const rows = liveFrame(view, pace(view), width).slice(0, Math.max(1, (stream.rows ?? 24) - 1));
      frame = rows.map((row) => layLine(row, width, palette));
      redraw(
        "",
        frame,
        rows.map((row) => widthOf(layLine(row, width, plain))),
      );
    },
    clear,
    [Symbol.dispose]: clear,
  };
}

const plain: Palette = (_, text) => text;

/**
 * Goes up to where the view begins, and clears from there on. A terminal that was made narrower since
 * has broken its lines, and each takes as many rows as it needs now.
 */
function erase(widths: readonly number[], columns = 80): string {
  const rows = widths.reduce((sum, width) => sum + Math.max(1, Math.ceil(width / columns)), 0);
  return rows === 0 ? "" : `\u001b[${rows}A\r\u001b[J`;
}
