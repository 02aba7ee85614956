import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { Markup, html, jsonElement } from "../../../../src/views/html/markup.js";
import { anyText } from "../../../support/any-result.js";

describe("a template", () => {
  it("escapes the text that is put into it", () => {
    expect(html`<p title="${`"'<&>`}">${"<b>&amp;"}</p>`.text).toBe(
      '<p title="&#34;&#39;&#60;&#38;&#62;">&#60;b&#62;&#38;amp;</p>',
    );
  });

  it("accepts other templates unescaped, and numbers", () => {
    const items = [1, 2].map((count) => html`<li>${count}</li>`);

    expect(html`${items}${new Markup("<hr>")}`.text).toBe("<li>1</li><li>2</li><hr>");
  });

  it("lets no HTML syntax and no invisible character through", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(html`${text}`.text.replaceAll(/&#\d+;/g, "")).not.toMatch(/[<>&"'\p{Cc}\p{Cf}]/u);
      }),
    );
  });
});

describe("JSON in a page", () => {
  it("cannot close its element, and is parsed to the same value", () => {
    const value = { "</script>": "<!--<script>]]></SCRIPT >", lines: "\u2028\u2029" };
    const { text } = jsonElement("id", value);
    const inside = text.slice(text.indexOf(">") + 1, text.lastIndexOf("</script>"));

    expect(inside).not.toContain("<");
    expect(JSON.parse(inside)).toEqual(value);
  });
});
