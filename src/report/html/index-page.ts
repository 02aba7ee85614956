import { formatCount, formatMessages, formatMs, formatPercent, formatPerSecond } from "../numbers.js";
import type { Result } from "../result.js";
import { renderDocument } from "./document.js";
import { type Markup, html } from "./markup.js";
import { pointOf } from "./run-point.js";
import { reportName } from "./page-names.js";
import { left, right, table } from "./tables.js";

/** Several runs as a page, which leads to that of each. */
export function renderIndexPage(results: readonly Result[]): string {
  const sent = results.reduce((sum, { messages }) => sum + messages.sent, 0);
  const lost = results.reduce((sum, { messages }) => sum + messages.lost, 0);
  const words = `${formatCount(results.length)} runs, ${formatMessages(sent)} sent, ${formatCount(lost)} lost`;
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
      <section aria-labelledby="comparison">
        <h2 id="comparison">Loss against throughput</h2>
        <figure>
          <div
            class="chart"
            data-chart="comparison"
            role="img"
            aria-label="Loss ratio against throughput: ${words}"
          ></div>
          <figcaption>
            A point is a run: the share of what was sent that was lost, against the messages that were sent in
            a second.
          </figcaption>
        </figure>
      </section>
    </main>`,
    data: { id: "runs-data", value: results.map(pointOf) },
  });
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
