import { formatCount, formatMessages, formatMs, formatPercent, formatPerSecond } from "../numbers.js";
import type { Result } from "../result.js";
import { renderDocument } from "./document.js";
import { type Markup, html } from "./markup.js";
import { pointOf } from "./run-point.js";
import { reportName } from "./page-names.js";
import { type SweptCurve, sweptCurveOf } from "./swept.js";
import { left, right, table } from "./tables.js";

/** Several runs as a page, which leads to that of each. */
export function renderIndexPage(results: readonly Result[]): string {
  const sent = results.reduce((sum, { messages }) => sum + messages.sent, 0);
  const lost = results.reduce((sum, { messages }) => sum + messages.lost, 0);
  const words = `${formatCount(results.length)} runs, ${formatMessages(sent)} sent, ${formatCount(lost)} lost`;
  const curve = sweptCurveOf(results);
  return renderDocument({
    title: `lossbound: ${words}`,
    main: html`<main>
      <header>
        <h1>lossbound</h1>
        <p class="claim">${words}</p>
      </header>
      <section aria-labelledby="runs">
        <h2 id="runs">Runs</h2>
        ${runTable(results)}
      </section>
      ${curve === null ? comparison(words) : curveSection(curve)}
    </main>`,
    data: { id: "runs-data", value: { runs: results.map(pointOf), curve } },
  });
}

function comparison(words: string): Markup {
  return section(
    "comparison",
    `Loss ratio against throughput: ${words}`,
    "A point is a run: the share of what was sent that was lost, against the messages that were sent in a second.",
  );
}

function curveSection({ of, points }: SweptCurve): Markup {
  const against =
    of === "rate" ? "the messages that were in fact sent in a second" : "the messages that a commit covers";
  return section(
    "curve",
    `Loss against ${against}, at ${formatCount(points.length)} values`,
    `Against ${against}: above, the share of what was sent that was lost; below, messages for each fault that fell. ` +
      "A point is the mean of the runs that held, its bar goes from the least to the most of them.",
  );
}

function section(chart: string, label: string, caption: string): Markup {
  return html`<section aria-labelledby="${chart}">
    <h2 id="${chart}">Loss against throughput</h2>
    <figure>
      <div class="chart" data-chart="${chart}" role="img" aria-label="${label}"></div>
      <figcaption>${caption}</figcaption>
    </figure>
  </section>`;
}

function runTable(results: readonly Result[]): Markup {
  const rows = results.map(
    ({ scenario, verdict, guarantee, throughput, messages, lossRatio, silentlyLost, latencyMs }) =>
      html`<tr>
        <th scope="row"><a href="${encodeURIComponent(scenario)}/${reportName}">${scenario}</a></th>
        <td class="verdict ${verdict}">${verdict}</td>
        <td>${guarantee}</td>
        <td class="count">${formatPerSecond(throughput.sentPerSecond)}</td>
        <td class="count">${formatCount(messages.lost)}</td>
        <td class="count">${formatPercent(lossRatio)}</td>
        <td class="count">${formatCount(silentlyLost)}</td>
        <td class="count">${formatCount(messages.duplicated)}</td>
        <td class="count">${formatMs(latencyMs.p99)}</td>
      </tr>`,
  );
  const heads = [
    left("scenario"),
    left("verdict"),
    left("guarantee"),
    right("sent"),
    right("lost"),
    right("of sent"),
    right("silently"),
    right("duplicated"),
    right("latency p99"),
  ];
  return table("Runs", heads, rows);
}
