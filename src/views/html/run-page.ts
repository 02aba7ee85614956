import { formatCount, formatMessages, formatMs, formatPercent, formatPerSecond } from "../layout/numbers.js";
import type { Result } from "../../results/result.js";
import { renderDocument } from "./document.js";
import { type Markup, html } from "./markup.js";
import { sendingUntil } from "./slices.js";
import {
  expectationTable,
  faultTable,
  latencyTable,
  lifeTable,
  lossTable,
  predictionTable,
  timelineTable,
} from "./tables.js";

/**
 * Renders the page of one run: the claim and the verdict first, and last how to rerun it.
 *
 * @param index link to the page of all runs in the parent folder; `undefined` without such a page.
 */
export function renderRunPage(result: Result, index?: string): string {
  return renderDocument({
    title: `${result.scenario}: ${result.verdict}`,
    main: html`<main>
      ${heading(result, index)} ${course(result)} ${lives(result)} ${flow(result)} ${latency(result)}
      ${expectations(result)} ${origin(result)}
    </main>`,
    data: { id: "result", value: result },
  });
}

function heading(result: Result, index: string | undefined): Markup {
  const { scenario, claim, verdict, reasons, guarantee } = result;
  return html`<header>
    <h1>${scenario}</h1>
    <p class="verdict ${verdict}">${verdict}</p>
    ${claim === "" ? [] : html`<p class="claim">${claim}</p>`}
    ${
      reasons.length === 0
        ? []
        : html`<ul class="reasons">
            ${reasons.map((reason) => html`<li>${reason}</li>`)}
          </ul>`
    }
    <p class="note">
      Under ${guarantee}.
      ${index === undefined ? [] : html`<a class="back" href="${index}">All runs in this folder</a>`}
    </p>
    ${figures(result)}
  </header>`;
}

function figures({ messages, lossRatio, silentlyLost, throughput, latencyMs }: Result): Markup {
  const tile = (name: string, value: string, words: string): Markup =>
    html`<div>
      <dt>${name}</dt>
      <dd>${value}<small>${words}</small></dd>
    </div>`;
  return html`<dl class="figures">
    ${tile("sent", formatCount(messages.sent), `${formatPerSecond(throughput.sentPerSecond)}, until the last send`)}
    ${tile(
      "processed",
      formatCount(messages.processed),
      `${formatPerSecond(throughput.processedPerSecond)}, until the last handler ended`,
    )}
    ${tile("lost", formatCount(messages.lost), `${formatPercent(lossRatio)} of what was sent`)}
    ${tile("lost silently", formatCount(silentlyLost), "no error was reported")}
    ${tile("duplicated", formatCount(messages.duplicated), "processed more than once")}
    ${tile("latency p99", formatMs(latencyMs.p99), `p50 ${formatMs(latencyMs.p50)}`)}
  </dl>`;
}

function course(result: Result): Markup {
  const { messages } = result;
  return section("Loss against throughput", "course", {
    label: `${formatMessages(messages.sent)} sent in ${formatMs(sendingUntil(result) * 1000)}, ${formatCount(messages.lost)} of them lost`,
    caption:
      "Each second counts the messages sent in it, and what became of them, even if that was later. " +
      "So the mean of the sent messages is the rate at the top of the page. The mean of the processed ones is not, " +
      "since the rate at the top includes the time until the last handler ended. " +
      "The last second ends with the last send. " +
      "Shaded areas are faults in force; dashed lines are momentary faults.",
    table: timelineTable(result),
  });
}

function lives(result: Result): Markup {
  const killed = result.lives.filter((life) => life.killed).length;
  return section("Workers and faults", "lives", {
    label: `${formatCount(result.lives.length)} lives of workers, ${formatCount(killed)} of them killed, and ${formatCount(result.faults.length)} faults`,
    caption:
      "Each bar is one life of a worker, from the start to the end of its process; a cross is a SIGKILL. A diamond is a momentary fault.",
    shown: faultTable(result),
    table: lifeTable(result),
  });
}

function flow(result: Result): Markup {
  const { messages } = result;
  const words =
    `of ${formatMessages(messages.sent)} sent, ${formatCount(messages.processed)} were processed ` +
    `and ${formatCount(messages.lost)} lost`;
  return section("Where messages died", "flow", {
    label: words,
    caption:
      "From left to right, the steps that a message passes. Messages on a branch died after that step.",
    shown: lossTable(result),
  });
}

function latency(result: Result): Markup {
  const { p50, p95, p99, max } = result.latencyMs;
  const words = `p50 ${formatMs(p50)}, p95 ${formatMs(p95)}, p99 ${formatMs(p99)}, max ${formatMs(max)}`;
  return section("Latency", "latency", {
    label: words,
    caption: `From the send of a message to the end of its handler: ${words}. There are four bars per doubling.`,
    table: latencyTable(result),
  });
}

function expectations(result: Result): Markup {
  return html`<section aria-labelledby="expectations">
    <h2 id="expectations">Claims</h2>
    ${expectationTable(result)} ${predictionTable(result)}
  </section>`;
}

function origin({ seed, repeatWith, startedAt, runId, witnesses, untold = [], environment }: Result): Markup {
  const { kind, broker, proxy, client, node } = environment;
  return html`<section aria-labelledby="origin">
    <h2 id="origin">How to rerun it</h2>
    <dl class="facts">
      <dt>rerun with</dt>
      <dd><code>${repeatWith}</code></dd>
      <dt>seed</dt>
      <dd>${seed}</dd>
      <dt>run</dt>
      <dd>${runId}</dd>
      <dt>started</dt>
      <dd><time datetime="${startedAt}">${startedAt}</time></dd>
      <dt>witnesses</dt>
      <dd>${witnesses.length === 0 ? "none" : witnesses.join(", ")}</dd>
      ${untold.map(
        (one) =>
          html`<dt>unreported</dt>
            <dd>${one}</dd>`,
      )}
      <dt>environment</dt>
      <dd>${kind}: broker ${broker}, proxy ${proxy}, client ${client}, node ${node}</dd>
    </dl>
  </section>`;
}

interface Figure {
  /** Describes the chart in a sentence, for screen readers. */
  label: string;
  caption: string;
  /** A table with more details than the chart. */
  shown?: Markup;
  /** A table with the figures of the chart. */
  table?: Markup;
}

function section(title: string, chart: string, { label, caption, shown, table }: Figure): Markup {
  return html`<section aria-labelledby="${chart}-title">
    <h2 id="${chart}-title">${title}</h2>
    <figure>
      <div class="chart" data-chart="${chart}" role="img" aria-label="${label}"></div>
      <figcaption>${caption}</figcaption>
    </figure>
    <noscript><p class="note">The chart needs JavaScript, which is disabled in this browser.</p></noscript>
    ${shown ?? []}
    ${
      table === undefined
        ? []
        : html`<details>
            <summary>Figures of the chart</summary>
            ${table}
          </details>`
    }
  </section>`;
}
