import type { ShippedPanel } from "./dashboard-schema.js";

/**
 * The space on a screen of 1,440 pixels with Grafana's side bar open. The measures are those of
 * Grafana
 * 12 and 13: a side bar of 300 pixels, 16 on both sides of the page, a scroll bar of 8, a grid of 24
 * columns with gaps of 8, and 8 on both sides of a panel.
 */
const page = 1440 - 300 - 2 * 16 - 8;
const columns = 24;
const gap = 8;
const padding = 8;

/** The average width of a letter at 14 pixels in Grafana's font, rounded up. */
const letter = 7.5;
/** A panel with a description has an icon after its title. */
const mark = 32;
/** The padding on both sides of a table header. */
const headPadding = 6;

/** Returns the inner width of a panel in pixels. */
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
