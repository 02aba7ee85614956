import fc from "fast-check";
import { marked, type Token, type Tokens } from "marked";
import { describe, expect, test } from "vitest";

import { inMarkdown, tableInMarkdown } from "../../../../src/views/layout/markdown-text.js";
import { resultsAsMarkdown } from "../../../../src/views/ci/markdown.js";
import { printable } from "../../../../src/base/printable.js";
import { aResult } from "../../../support/a-result.js";
import { anyText } from "../../../support/any-result.js";

/** Text with characters that have a meaning in Markdown, anywhere or at the start of a line. */
const anyMarkdown = fc.oneof(
  anyText,
  fc
    .array(
      fc.constantFrom(
        ..."\\`*_~[]()<>|&#!+-=:.1x \t",
        "<script>",
        "&lt;",
        "![a](b)",
        "1. ",
        "- ",
        "***",
        "\n# ",
        "``",
      ),
    )
    .map((pieces) => pieces.join("")),
);

/** Returns the text that a reader sees, and fails if there is anything but text. */
function seen(tokens: readonly Token[] | undefined): string {
  return (tokens ?? [])
    .map((token) => {
      switch (token.type) {
        case "text":
        case "escape":
          return "tokens" in token && token.tokens
            ? seen(token.tokens)
            : entitiesUndone((token as Tokens.Text).text);
        // A URL becomes a link to itself, with the same text.
        case "link":
          return token.raw;
        default:
          throw new Error(`found ${token.type}: ${token.raw}`);
      }
    })
    .join("");
}

function entitiesUndone(text: string): string {
  return text
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll("&#39;", "'")
    .replaceAll("&amp;", "&");
}

describe("text in Markdown", () => {
  test("is read as the same text, in a paragraph and in a list", () => {
    fc.assert(
      fc.property(anyMarkdown, (text) => {
        const expected = printable(text);
        fc.pre(expected !== "");
        const [paragraph] = marked.lexer(`${inMarkdown(text)}\n`);
        expect(seen((paragraph as Tokens.Paragraph).tokens).trim()).toBe(expected);
        const [list] = marked.lexer(`- ${inMarkdown(text)}\n`) as Token[] as [Tokens.List];
        expect(seen(list.items[0]!.tokens).trim()).toBe(expected);
      }),
      { numRuns: 2_000 },
    );
  });

  test("stays in one cell of a table", () => {
    const left = { align: "left" } as const;
    fc.assert(
      fc.property(anyMarkdown, anyMarkdown, (one, other) => {
        const lines = tableInMarkdown(
          [left, left, left],
          [
            ["a", "b", "c"],
            [one, other, "end"],
          ],
        );
        const [table, ...more] = marked.lexer(lines.join("\n")) as Token[] as [Tokens.Table];
        expect(more).toEqual([]);
        expect(table.rows[0]!.map(({ tokens }) => seen(tokens))).toEqual([
          printable(one),
          printable(other),
          "end",
        ]);
      }),
      { numRuns: 1_000 },
    );
  });
});

describe("results as Markdown", () => {
  const broken = aResult({
    scenario: "consumer|kill <script>",
    verdict: "broken",
    reasons: ["lost: 4700 is outside `3500` to 4600"],
    expectations: [{ name: "lost", min: 3_500, max: null, observed: 4_700, verdict: "broken" }],
  });

  test("have a table of all, and a section for each that has not held", () => {
    const text = resultsAsMarkdown([aResult(), broken]);
    expect(text).toContain("| producer-blackhole | held | 20,000 | 4,010 | 4,010 | in-transit 4,010 |");
    expect(text.match(/^## .*$/gm)).toEqual(["## consumer\\|kill \\<script>: broken"]);
    expect(text).toContain("- lost: 4700 is outside \\`3500\\` to 4600\n");
    expect(text).toContain("| lost | 3,500 | – | 4,700 | broken |");
    expect(text).toContain("\n    lossbound run --seed 7 scenarios/producer-blackhole.yaml\n");
  });

  test("show the bounds of a single result, and a note without results", () => {
    expect(resultsAsMarkdown([aResult()])).toContain("| lost | 3,500 | 4,600 | 4,010 | held |");
    expect(resultsAsMarkdown([])).toContain("Nothing was judged.");
  });
});
