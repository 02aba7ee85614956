import picocolors from "picocolors";

/** What a piece of text is to the reader; which colour that is stands here alone. */
export type Tone = "plain" | "strong" | "faint" | "good" | "bad" | "doubtful";

/** Gives text the colour of its tone, or leaves it as it is where there is no colour. */
export type Palette = (tone: Tone, text: string) => string;

/** As much of a stream as decides how text for it looks. */
export interface TextStream {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
}

/**
 * Colour goes to a terminal. `NO_COLOR` turns it off and has the last word; `FORCE_COLOR` turns it on
 * where a pipe leads to something that shows it. As https://no-color.org has it, an empty value counts
 * as none.
 */
export function paletteFor(stream: TextStream, env: NodeJS.ProcessEnv): Palette {
  const forced = env["FORCE_COLOR"] && env["FORCE_COLOR"] !== "0" && env["FORCE_COLOR"] !== "false";
  return palette(!env["NO_COLOR"] && (forced || understandsControls(stream, env)) === true);
}

/** Whether the stream is a terminal that understands more than lines of text. */
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
