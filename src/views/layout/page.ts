import { type Palette, paletteFor, type TextStream } from "./colors.js";

/** The page that a report is laid out for. */
export interface Page {
  palette: Palette;
  /** Columns per line. Sentences are wrapped to it; figures and commands are not. */
  width: number;
}

/** Wider lines are hard to read, even on a wider terminal. */
const widthMax = 100;
const widthMin = 40;

/** Returns the page for a stream: its palette, and its width within limits. */
export function pageFor(stream: TextStream, env: NodeJS.ProcessEnv): Page {
  const columns = stream.isTTY === true && stream.columns ? stream.columns : widthMax;
  return {
    palette: paletteFor(stream, env),
    width: Math.min(widthMax, Math.max(widthMin, columns)),
  };
}
