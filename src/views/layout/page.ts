import { type Palette, paletteFor, type TextStream } from "./colors.js";

/** What a report is laid out for. */
export interface Page {
  palette: Palette;
  /** Places in a line. Sentences are wrapped to it; figures and commands are never broken. */
  width: number;
}

/** Wider lines than this are hard to read, however wide the terminal is. */
const widthMax = 100;
const widthMin = 40;

export function pageFor(stream: TextStream, env: NodeJS.ProcessEnv): Page {
  const columns = stream.isTTY === true && stream.columns ? stream.columns : widthMax;
  return {
    palette: paletteFor(stream, env),
    width: Math.min(widthMax, Math.max(widthMin, columns)),
  };
}
