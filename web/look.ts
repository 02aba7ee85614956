import type { Cause } from "../src/scenario/scenario.js";
import type { Verdict } from "../src/verdict/judge.js";

/** The current colours and the size that a chart is drawn for. */
export interface Look {
  colors: Colors;
  /** Pixels. */
  width: number;
  /** On a phone, labels are shorter and fewer. */
  narrow: boolean;
}

export interface Colors {
  text: string;
  faint: string;
  line: string;
  surface: string;
  sent: string;
  processed: string;
  doubtful: string;
  window: string;
  verdicts: Record<Verdict, string>;
  causes: Record<Cause, string>;
}

const narrowBelow = 560;

/**
 * Reads the current colours from the style sheet, which alone defines them for light, dark and
 * paper.
 */
export function lookOf(width: number): Look {
  const style = getComputedStyle(document.documentElement);
  const color = (name: string): string => style.getPropertyValue(`--${name}`).trim();
  return {
    width,
    narrow: width < narrowBelow,
    colors: {
      text: color("text"),
      faint: color("faint"),
      line: color("line"),
      surface: color("surface"),
      sent: color("sent"),
      processed: color("processed"),
      doubtful: color("doubtful"),
      window: color("window"),
      verdicts: { held: color("held"), broken: color("broken"), inconclusive: color("inconclusive") },
      causes: {
        rejected: color("rejected"),
        "client-buffer": color("client-buffer"),
        "in-transit": color("in-transit"),
        refused: color("refused"),
        log: color("log"),
        skipped: color("skipped"),
        "after-commit": color("after-commit"),
        "in-processing": color("in-processing"),
      },
    },
  };
}
