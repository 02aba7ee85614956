import { printable } from "../../base/printable.js";

/** HTML that is safe to put into a page: a template of lossbound, with all other text escaped. */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

type Piece = Markup | readonly Markup[] | string | number;

/**
 * Creates HTML from a template. Untrusted text (a scenario's name, a broker's message) is escaped,
 * in an element or in a quoted attribute; control characters and bidirectional overrides are
 * removed.
 */
export function html(strings: TemplateStringsArray, ...pieces: readonly Piece[]): Markup {
  return new Markup(strings.map((part, index) => part + inHtml(pieces[index] ?? "")).join(""));
}

/**
 * Creates a script element with JSON, which browsers do not execute. Every `<` is escaped, so that
 * nothing in it can close the element or open a comment.
 */
export function jsonElement(id: string, value: unknown): Markup {
  const text = JSON.stringify(value).replaceAll("<", "\\u003c");
  return new Markup(`<script type="application/json" id="${id}">${text}</script>`);
}

function inHtml(piece: Piece): string {
  if (piece instanceof Markup) return piece.text;
  if (typeof piece === "object") return piece.map(({ text }) => text).join("");
  return printable(String(piece)).replaceAll(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
