import picocolors from "picocolors";

/** The meaning of a piece of text. Only this file maps it to a colour. */
export type Tone = "plain" | "strong" | "faint" | "good" | "bad" | "doubtful";

/** Colours text by its tone, or returns it unchanged without colours. */
export type Palette = (tone: Tone, text: string) => string;

/** The properties of a stream that decide how its text is laid out. */
export interface TextStream {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
}

/**
 * Returns the palette for a stream: coloured on a terminal. `FORCE_COLOR` turns colour on for
 * pipes, and `NO_COLOR` always turns it off. An empty value does not count (https://no-color.org).
 */
export function paletteFor(stream: TextStream, env: NodeJS.ProcessEnv): Palette {
  const forced = env["FORCE_COLOR"] && env["FORCE_COLOR"] !== "0" && env["FORCE_COLOR"] !== "false";
  return palette(!env["NO_COLOR"] && (forced || understandsControls(stream, env)) === true);
}

/** Checks whether the stream is a terminal that understands control sequences. */
export function understandsControls(stream: TextStream, env: NodeJS.ProcessEnv): boolean {
  return stream.isTTY === true && env["TERM"] !== "dumb";
}

export function palette(colored: boolean): Palette {
  const colors = picocolors.createColors(colored);
  return (tone, text) => {
    switch (tone) {
      case "plain":
        return text;
      case "strong":
        return colors.bold(text);
      case "faint":
        return colors.dim(text);
      case "good":
        return colors.green(text);
      case "bad":
        return colors.red(text);
      case "doubtful":
        return colors.yellow(text);
    }
  };
}
