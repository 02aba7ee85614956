/**
 * YAML text as plain values that still know where they were written. The door to `yaml`.
 *
 * A scenario is written out: no aliases (a few lines of them unfold into gigabytes), no keys that are
 * not words, no second document. What is left is what JSON could say, in a form that takes comments.
 */
import {
  type Document,
  isCollection,
  isMap,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
  visit,
} from "yaml";

import type { Path } from "../schema/fields.js";

export interface YamlSource {
  /** `undefined` where `complaints` say that nothing can be made of the text. */
  value: unknown;
  /** What is wrong with the text as YAML. */
  complaints: YamlComplaint[];
  /** Where the value (or the key) at a path stands, and how it is written there. */
  locate(path: Path, aboutKey?: boolean): Place;
}

export interface YamlComplaint {
  line: number;
  column: number;
  /** The key it is about, where it is about one. */
  key?: string;
  found: string;
  allowed: string;
}

export interface Place {
  line: number;
  column: number;
  /** The text of a single value; `nothing`, `a map` or `a list` otherwise. */
  found: string;
  /** The same as a word, i.e. without quotes; empty where it is none. */
  word: string;
}

/** Longest piece of the file that a message repeats. */
const foundLengthMax = 60;

export function readYaml(text: string): YamlSource {
  const lines = new LineCounter();
  const placeOf = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const document = parseDocument(text, {
    // Whatever a `%YAML` directive says: in 1.1 `on` is a boolean, and here it is a key.
    schema: "core",
    merge: false,
    lineCounter: lines,
    prettyErrors: false,
  });
  const complaints = [...errorsOf(document, text, placeOf), ...excessesOf(document, placeOf)];
  // Only now: to make values of aliases, or of keys that are maps, may take for ever.
  const value: unknown = complaints.some(isFatal) ? undefined : document.toJS();
  return {
    value,
    complaints,
    locate(path, aboutKey = false) {
      const { node, exact } = nodeAt(document, path, aboutKey);
      const range = node?.range;
      const place = range ? placeOf(range[0]) : start;
      if (!exact || !node) return { ...place, found: "nothing", word: "" };
      const word = isScalar(node) && typeof node.value === "string" ? node.value : "";
      return { ...place, found: writtenAs(node, text), word };
    },
  };
}

/** What is to stand at a path, as it is written on one line. */
export interface Edit {
  path: Path;
  by: string;
}

/**
 * The text with something else in place of what stands at some paths. Whatever else is there stays as it is
 * written. A path of one key that is not there yet gets a line of its own at the end.
 *
 * @returns `undefined` where it cannot be done so: what would be replaced holds a comment, or is not there.
 */
export function withEdits(text: string, edits: readonly Edit[]): string | undefined {
  const document = parseDocument(text, { schema: "core", merge: false, prettyErrors: false });
  const end = text === "" || text.endsWith("\n") ? text.length : undefined;
  const splices: { from: number; to: number; by: string }[] = [];
  for (const { path, by } of edits) {
    const { node, exact } = nodeAt(document, path, false);
    const [from, to] = node?.range ?? [];
    if (exact && from !== undefined && to !== undefined) {
      const written = text.slice(from, to).trimEnd();
      if (written.includes("#")) return undefined;
      // A map over several lines begins on the line below its key, behind the indentation of that line.
      splices.push({ from, to: from + written.length, by });
    } else if (path.length === 1) {
      splices.push({
        from: text.length,
        to: text.length,
        by: `${end === undefined ? "\n" : ""}${path[0]}: ${by}\n`,
      });
    } else return undefined;
  }
  return splices
    .toSorted((one, next) => next.from - one.from)
    .reduce((edited, { from, to, by }) => edited.slice(0, from) + by + edited.slice(to), text);
}

const start: Place = { line: 1, column: 1, found: "nothing", word: "" };

/** The parser calls itself for each level, and says so where it runs out of stack. */
const tooDeep = {
  found: "maps or lists too deep to be read",
  allowed: "six levels, which is all that a scenario has",
};

const onceOnly = "each key once";

/** A key that stands twice hides nothing else; anything else makes the values a guess. */
function isFatal(complaint: YamlComplaint): boolean {
  return complaint.allowed !== onceOnly;
}

function errorsOf(
  document: Document.Parsed,
  text: string,
  placeOf: (offset: number) => { line: number; column: number },
): YamlComplaint[] {
  const errors = [...document.errors, ...document.warnings];
  const doubles = errors.filter(({ code }) => code === "DUPLICATE_KEY");
  // Where YAML is broken, all that the parser finds behind that place follows from it.
  const [first] = errors
    .filter((error) => !doubles.includes(error))
    .toSorted((one, next) => one.pos[0] - next.pos[0]);
  const complaints = doubles.map(({ pos }): YamlComplaint => {
    const key = /^[^\s:,{}[\]]+/.exec(text.slice(pos[0]))?.[0] ?? "a key";
    return {
      ...placeOf(pos[0]),
      key: shortened(key),
      found: "it a second time",
      allowed: onceOnly,
    };
  });
  if (first === undefined) return complaints;
  const place = placeOf(first.pos[0]);
  if (first.code === "RESOURCE_EXHAUSTION") return [...complaints, { ...place, ...tooDeep }];
  const [summary = ""] = first.message.split("\n");
  return [...complaints, { ...place, found: `text that is not YAML (${summary})`, allowed: "YAML 1.2" }];
}

/** What YAML has and a scenario has no use for. */
function excessesOf(
  document: Document.Parsed,
  placeOf: (offset: number) => { line: number; column: number },
): YamlComplaint[] {
  const complaints: YamlComplaint[] = [];
  const complain = (node: Node, found: string, allowed: string) => {
    complaints.push({ ...placeOf(node.range?.[0] ?? 0), found, allowed });
  };
  visit(document, {
    Alias(_, alias) {
      complain(alias, `an alias, *${shortened(alias.source)}`, "the value itself, written out");
    },
    Pair(_, pair) {
      const key = pair.key as Node | null;
      if (isScalar(key) && typeof key.value === "string") return;
      if (key) complain(key, "a key that is not a word", "words as keys");
    },
  });
  return complaints;
}

/**
 * The node at a path, or the nearest one above it that exists: something that is missing is pointed
 * at by the key under which it should stand.
 */
function nodeAt(
  document: Document.Parsed,
  path: Path,
  aboutKey: boolean,
): { node: Node | undefined; exact: boolean } {
  let node = (document.contents ?? undefined) as Node | undefined;
  let anchor = node;
  for (const [depth, step] of path.entries()) {
    const item = isCollection(node) ? itemOf(node, step) : undefined;
    if (item === undefined) return { node: anchor, exact: false };
    const key = isPair(item) ? (item.key as Node) : undefined;
    if (key && aboutKey && depth === path.length - 1) return { node: key, exact: true };
    const value = (isPair(item) ? item.value : item) as Node | null;
    if (!value) return { node: key ?? anchor, exact: false };
    node = value;
    anchor = key ?? value;
  }
  return { node, exact: true };
}

function itemOf(node: Node, step: string | number): Node | Pair | undefined {
  if (isMap(node)) return node.items.find((pair) => isScalar(pair.key) && pair.key.value === step);
  if (isSeq(node) && typeof step === "number") return node.items[step] as Node | undefined;
  return undefined;
}

function writtenAs(node: Node, text: string): string {
  if (isMap(node)) return "a map";
  if (isSeq(node)) return "a list";
  const [from = 0, to = 0] = node.range ?? [];
  // A text over several lines is one line here, as it is for YAML.
  const written = text.slice(from, to).trim().replace(/\s+/g, " ");
  if (written === "") return "nothing";
  return shortened(written);
}

/** A file may hold one word of its whole size; a message repeats the beginning. */
export function shortened(text: string): string {
  return text.length > foundLengthMax ? `${text.slice(0, foundLengthMax)}…` : text;
}
