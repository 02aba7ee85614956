import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

import { LossboundError } from "../../base/errors.js";
import { Markup, html, jsonElement } from "./markup.js";

interface Content {
  title: string;
  main: Markup;
  /** What the charts are drawn from, and the id by which they find it. */
  data: { id: string; value: unknown };
}

/** By this a page of ours is known, and may be replaced by a later one. */
export const generator = `<meta name="generator" content="lossbound">`;

/**
 * A page that needs nothing but itself: style, charts and data are in it. Nothing may be loaded, and
 * nothing runs but the script that lossbound was built with.
 *
 * @throws LossboundError `HARNESS` where lossbound was not built whole.
 */
export function renderDocument({ title, main, data }: Content): string {
  const style = asset("report.css");
  const script = asset("charts.js");
  const policy = [
    "default-src 'none'",
    `style-src ${hashOf(style)}`,
    `script-src ${hashOf(script)}`,
    "img-src data:",
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        ${new Markup(generator)}
        <meta http-equiv="Content-Security-Policy" content="${new Markup(policy)}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${title}</title>
        <link rel="icon" href="data:," />
        ${as("style", style)}
      </head>
      <body>
        ${main}
        <footer>Made by lossbound from the files beside it. Charts: Apache ECharts.</footer>
        ${jsonElement(data.id, data.value)} ${as("script", script)}
      </body>
    </html> `.text;
}

/** Made by `npm run build` from the folder `web`. */
function asset(name: string): string {
  try {
    const path = createRequire(import.meta.url).resolve(`#build/views/html/${name}`);
    return readFileSync(path, "utf8").trim();
  } catch (error) {
    throw new LossboundError("HARNESS", `lossbound was not built whole: it has no ${name}`, {
      cause: error,
    });
  }
}

/** Not a character more: the policy has the hash of just this. */
function as(element: "style" | "script", text: string): Markup {
  return new Markup(`<${element}>${text}</${element}>`);
}

function hashOf(text: string): string {
  return `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
}
