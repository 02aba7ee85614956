import type { Palette, Tone } from "./colors.js";

/** A piece of text with its tone. */
export interface Cell {
  text: string;
  tone: Tone;
}

export interface Column {
  align: "left" | "right";
}

export const left: Column = { align: "left" };
export const right: Column = { align: "right" };

export function cell(text: string, tone: Tone = "plain"): Cell {
  return { text, tone };
}

/**
 * Lays out rows in aligned columns, with two spaces between them and no trailing spaces. Widths are
 * measured before colouring, since colour codes have no width.
 */
export function layRows(
  columns: readonly Column[],
  rows: readonly Cell[][],
  palette: Palette,
  indent = 2,
): string[] {
  const widths = columns.map((_, index) =>
    Math.max(0, ...rows.map((row) => widthOf(row[index]?.text ?? ""))),
  );
  return rows.map((row) => {
    const last = row.findLastIndex(({ text }) => text !== "");
    const cells = row.slice(0, last + 1).map(({ text, tone }, index) => {
      const space = " ".repeat((widths[index] ?? 0) - widthOf(text));
      if (columns[index]?.align === "right") return space + palette(tone, text);
      return palette(tone, text) + (index === last ? "" : space);
    });
    return `${" ".repeat(indent)}${cells.join("  ")}`;
  });
}

/** Joins cells to one line and cuts it at the width, since a line that wraps cannot be redrawn. */
export function layLine(cells: readonly Cell[], width: number, palette: Palette): string {
  let room = width;
  return cells
    .map(({ text, tone }) => {
      const letters = [...text];
      const shown =
        letters.length <= room
          ? text
          : `${letters.slice(0, Math.max(0, room - 1)).join("")}${room > 0 ? "…" : ""}`;
      room = Math.max(0, room - letters.length);
      return shown === "" ? "" : palette(tone, shown);
    })
    .join("");
}

/** Breaks text between words into lines of at most `width`, unless a single word is longer. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const line = lines.at(-1);
    if (line !== undefined && widthOf(line) + 1 + widthOf(word) <= width)
      lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(word);
  }
  return lines;
}

/** Returns the width in code points, since every one that lossbound writes takes one column. */
export function widthOf(text: string): number {
  return [...text].length;
}
