import { formatCount, formatMessages, formatMs, formatPercent, formatPerSecond } from "../layout/numbers.js";
import type { Repeat } from "../../results/repeat.js";
import type { Result } from "../../results/result.js";
import { renderDocument } from "./document.js";
import { type Markup, html } from "./markup.js";
import { repeatSection } from "./repeat-section.js";
import { pointOf } from "./run-point.js";
import { reportName } from "../../results/file-names.js";
import { type SweptCurve, sweptCurvesOf } from "./swept.js";
import { left, right, table } from "./tables.js";

/** Renders the page of all runs in a folder, in order of time, with links to the page of each. */
export function renderIndexPage(given: readonly Result[], repeats: readonly Repeat[] = []): string {
  const results = given.toSorted((one, next) => (one.startedAt < next.startedAt ? -1 : 1));
  const sent = results.reduce((sum, { messages }) => sum + messages.sent, 0);
  const lost = results.reduce((sum, { messages }) => sum + messages.lost, 0);
  const runs = results.length === 1 ? "1 run" : `${formatCount(results.length)} runs`;
  const words = `${runs}, ${formatMessages(sent)} sent, ${formatCount(lost)} lost`;
  const curves = sweptCurvesOf(results);
  const alone = results.filter(({ step }) => step === null);
  return renderDocument({
    title: `lossbound: ${words}`,
    main: html`<main>
      <header>
        <h1>lossbound</h1>
        <p class="claim">${words}</p>
        <p class="note">All runs in this folder, from any command; only the latest run of each scenario.</p>
      </header>
      ${repeats.map(repeatSection)}
      <section aria-labelledby="runs">
        <h2 id="runs">Runs</h2>
        ${runTable(results)}
      </section>
      ${alone.length === 0 ? [] : comparison(words)} ${curves.map(curveSection)}
    </main>`,
    data: { id: "runs-data", value: { runs: alone.map(pointOf), curves } },
  });
}

function comparison(words: string): Markup {
  return html`<section aria-labelledby="comparison">
    <h2 id="comparison">Loss against throughput</h2>
    <figure>
      <div
        class="chart"
        data-chart="comparison"
        role="img"
        aria-label="Loss ratio against throughput: ${words}"
      ></div>
      <figcaption>
        Each point is a run: the share of sent messages that were lost, against the messages sent per second.
      </figcaption>
    </figure>
  </section>`;
}

function curveSection({ sweep, of, points }: SweptCurve, index: number): Markup {
  const against = of === "rate" ? "the messages actually sent per second" : "the messages per commit";
  const label = `Loss of ${sweep} against ${against}, at ${formatCount(points.length)} values`;
  return html`<section aria-labelledby="curve-${index}">
    <h2 id="curve-${index}">Loss against throughput: ${sweep}</h2>
    <figure>
      <div class="chart" data-chart="curve" data-curve="${index}" role="img" aria-label="${label}"></div>
      <figcaption>
        Against ${against}: above, the share of sent messages that were lost; below, the messages lost per
        fault. Each point is the mean of the runs that are not inconclusive; its bar spans their minimum and
        maximum.
      </figcaption>
    </figure>
  </section>`;
}

function runTable(results: readonly Result[]): Markup {
  const rows = results.map(
    ({ scenario, verdict, guarantee, throughput, messages, lossRatio, silentlyLost, latencyMs, startedAt }) =>
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
        <td class="count">
          <time datetime="${startedAt}">${startedAt.slice(0, 16).replace("T", " ")}</time>
        </td>
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
    right("started (UTC)"),
  ];
  return table("Runs", heads, rows);
}
