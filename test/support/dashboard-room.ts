import type { ShippedPanel } from "./dashboard-schema.js";

/**
 * How much room Grafana gives on a screen of 1,440 pixels with its side bar open. The measures are those of
 * Grafana 12 and 13: a side bar of 300 pixels, 16 on both sides of the page, a scroll bar of 8, a grid of 24
 * columns with 8 between them, and 8 on both sides of a panel.
 */
const page = 1440 - 300 - 2 * 16 - 8;
const columns = 24;
const gap = 8;
const padding = 8;

/** A letter of 14 pixels in Grafana's font, on average, and rather too much. */
const letter = 7.5;
/** A panel with a description has a mark behind its title. */
const mark = 32;
/** On both sides of the text of a table's head. */
const headPadding = 6;

/** Pixels inside a panel, from one side to the other. */
export function roomIn({ gridPos }: ShippedPanel): number {
  const column = (page - gap * (columns - 1)) / columns;
  return gridPos!.w * column + (gridPos!.w - 1) * gap - 2 * padding;
}

export function roomForTitle(panel: ShippedPanel): number {
  return roomIn(panel) - mark;
}

export function widthOf(text: string): number {
  return text.length * letter;
}

export function widthOfHead(name: string): number {
  return widthOf(name) + 2 * headPadding;
}
