import { printable } from "../../base/printable.js";

/** HTML that is safe to put into a page: it came from a template of ours, and all else in it was escaped. */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

type Piece = Markup | readonly Markup[] | string | number;

/**
 * A template of HTML. Text from anywhere (a scenario's name, a broker's message) becomes text, in an
 * element or in a quoted attribute; control characters and overrides of its direction do not come through.
 */
export function html(strings: TemplateStringsArray, ...pieces: readonly Piece[]): Markup {
  return new Markup(strings.map((part, place) => part + inHtml(pieces[place] ?? "")).join(""));
}

/**
 * JSON in a script element that no browser executes. Without a `<` nothing in it can end the element or
 * begin a comment there.
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
