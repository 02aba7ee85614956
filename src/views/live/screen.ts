import { type Palette, paletteFor } from "../layout/colors.js";
import { layLine, widthOf } from "../layout/columns.js";
import type { LiveReport, LiveStream } from "./report.js";
import { liveFrame } from "./frame.js";
import { openPace } from "./pace.js";
import { printable } from "../../base/printable.js";

/**
 * Reports progress as a view that is redrawn in place. Lines of text scroll by above it.
 *
 * The cursor stays visible below the view. So nothing needs to be restored on exit, not even after
 * SIGKILL, and the shell never ends up without a cursor.
 */
export function liveScreen(stream: LiveStream, env: NodeJS.ProcessEnv): LiveReport {
  const palette: Palette = paletteFor(stream, env);
  const pace = openPace();
  /** Widths of the lines that are on the screen. */
  let shown: number[] = [];
  let frame: string[] = [];

  // One write per change, so that nothing flickers.
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
 * Moves the cursor to the start of the view, and clears from there. If the terminal has become
 * narrower, its lines are wrapped, and each takes more rows than before.
 */
function erase(widths: readonly number[], columns = 80): string {
  const rows = widths.reduce((sum, width) => sum + Math.max(1, Math.ceil(width / columns)), 0);
  return rows === 0 ? "" : `\u001b[${rows}A\r\u001b[J`;
}
