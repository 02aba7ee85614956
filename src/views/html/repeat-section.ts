import { boundInWords } from "../words/bounds.js";
import { formatCount } from "../layout/numbers.js";
import type { Repeat } from "../../results/repeat.js";
import { meanInWords, toleranceInWords } from "../terminal/repeat.js";
import { type Markup, html } from "./markup.js";
import { left, limitOf, right, table } from "./tables.js";

/** Renders the verdict and the bounds over the trials of one scenario. */
export function repeatSection(repeat: Repeat): Markup {
  const { scenario, verdict, reasons, trials, planned, bounds } = repeat;
  const id = `trials-of-${scenario}`;
  const rows = bounds.map(
    (bound) =>
      html`<tr>
        <th scope="row">${bound.name}</th>
        <td class="count">${boundInWords({ min: limitOf(bound.min), max: limitOf(bound.max) })}</td>
        <td class="count">${meanInWords(bound.mean)}</td>
        <td class="count">${toleranceInWords(bound)}</td>
        <td class="count">${formatCount(bound.outside)} of ${formatCount(bound.judged)}</td>
        <td class="verdict ${bound.verdict}">${bound.verdict}</td>
      </tr>`,
  );
  const heads = [
    left("claimed"),
    right("bound"),
    right("mean, 95 %"),
    right("tolerance"),
    right("outside"),
    left("verdict"),
  ];
  return html`<section aria-labelledby="${id}">
    <h2 id="${id}">${scenario}: ${formatCount(trials.length)} of ${formatCount(planned)} trials</h2>
    <p><span class="verdict ${verdict}">${verdict}</span></p>
    ${
      reasons.length === 0
        ? []
        : html`<ul>
            ${reasons.map((reason) => html`<li>${reason}</li>`)}
          </ul>`
    }
    ${table(`Bounds of ${scenario} over its trials`, heads, rows)}
    <p><code>${repeat.repeatWith}</code></p>
  </section>`;
}
