import { causes } from "../../scenario/scenario.js";
import { boundInWords } from "../words/bounds.js";
import { cutsInWords, lossInWords, otherFates } from "../tables/losses.js";
import { formatCount, formatMoment, formatMs, formatPercent } from "../layout/numbers.js";
import { busyInWords, predictionRows } from "../tables/predictions.js";
import { intervalInWords } from "../words/predictions.js";
import type { Result } from "../../results/result.js";
import { tookInWords } from "../words/took.js";
import { touchedInWords } from "../words/touched.js";
import { type Markup, html } from "./markup.js";

/** A fault may occur a thousand times; result.json has all of them. */
const shownMax = 50;

export function expectationTable({ expectations }: Result): Markup {
  const rows = expectations.map(
    ({ name, min, max, observed, verdict }) =>
      html`<tr>
        <th scope="row">${name}</th>
        <td class="count">${boundInWords({ min: limitOf(min), max: limitOf(max) })}</td>
        <td class="count">${formatCount(observed)}</td>
        <td class="verdict ${verdict}">${verdict}</td>
      </tr>`,
  );
  return table("Expectations", [left("claimed"), right("bound"), right("observed"), left("verdict")], rows);
}

/** Renders the prediction with the observed counts. */
export function predictionTable(result: Result): Markup {
  const { prediction } = result;
  if (prediction.kind === "unpredicted") {
    return html`<p class="note">The loss was not predicted: ${prediction.why}.</p>`;
  }
  const rows = predictionRows(result).map(
    ({ name, min, max, observed, within }) =>
      html`<tr>
        <th scope="row">${name}</th>
        <td class="count">${intervalInWords({ min, max })}</td>
        <td class="count">${formatCount(observed)}</td>
        <td>${within ? "as predicted" : "not as predicted"}</td>
      </tr>`,
  );
  const heads = [left("predicted"), right("messages"), right("observed"), left("outcome")];
  return html`${table("Predictions", heads, rows)}
  ${busyInWords(result).map((words) => html`<p class="note">${words}</p>`)}`;
}

export function lossTable(result: Result): Markup {
  const rows = causes
    .filter((cause) => result.lostBy[cause] > 0)
    .map(
      (cause) =>
        html`<tr>
          <th scope="row"><span class="swatch ${cause}"></span>${cause}</th>
          <td class="count">${formatCount(result.lostBy[cause])}</td>
          <td class="count">${formatPercent(result.lostBy[cause] / result.messages.sent)}</td>
          <td>${lossInWords(cause, result)}${cause === "log" ? cuts(result) : []}</td>
          <td>${cause === "rejected" ? "the application" : "no one"}</td>
        </tr>`,
    );
  const others = otherFates(result).map(
    ({ name, count, words }) =>
      html`<tr>
        <th scope="row">${name}</th>
        <td class="count">${formatCount(count)}</td>
        <td></td>
        <td>${words}</td>
        <td></td>
      </tr>`,
  );
  if (rows.length + others.length === 0) return html`<p class="note">No messages were lost.</p>`;
  const heads = [left("cause"), right("messages"), right("of sent"), left("where"), left("reported to")];
  return table("Lost messages by cause", heads, [...rows, ...others]);
}

function cuts(result: Result): Markup[] {
  return cutsInWords(result).map((words) => html`<br /><small>${words}</small>`);
}

export function faultTable({ faults }: Result): Markup {
  if (faults.length === 0) return html`<p class="note">The scenario has no faults.</p>`;
  const rows = faults.slice(0, shownMax).map(
    (fault) =>
      html`<tr>
        <th scope="row">${fault.kind} on ${fault.on}</th>
        <td class="count">${fault.appliedAt === null ? "never" : formatMoment(fault.appliedAt)}</td>
        <td class="count">${formatMoment(fault.healedAt)}</td>
        <td>${touchedInWords(fault)}</td>
        <td>${tookInWords(fault)}</td>
        <td>${fault.probe ?? ""}</td>
      </tr>`,
  );
  const heads = [
    left("fault"),
    right("applied"),
    right("healed"),
    left("touched"),
    left("took"),
    left("probe saw"),
  ];
  const hidden = faults.length - shownMax;
  const more = html`<p class="note">… and ${formatCount(hidden)} more in result.json</p>`;
  return html`${table("Faults", heads, rows)}${hidden > 0 ? more : []}`;
}

export function lifeTable({ lives }: Result): Markup {
  const rows = lives.map(
    ({ role, worker, life, startedAt, endedAt, killed }) =>
      html`<tr>
        <th scope="row">${role} ${worker}</th>
        <td class="count">${life}</td>
        <td class="count">${formatMoment(startedAt)}</td>
        <td class="count">${formatMoment(endedAt)}</td>
        <td>${killed ? "killed" : "exited"}</td>
      </tr>`,
  );
  return table("Lives", [left("worker"), right("life"), right("started"), right("ended"), left("how")], rows);
}

export function timelineTable({ timeline, lostBy }: Result): Markup {
  const took = causes.filter((cause) => lostBy[cause] > 0);
  const rows = timeline.map(
    ({ second, sent, processed, lostBy: lost }) =>
      html`<tr>
        <th scope="row">${second}</th>
        <td class="count">${formatCount(sent)}</td>
        <td class="count">${formatCount(processed)}</td>
        ${took.map((cause) => html`<td class="count">${formatCount(lost[cause])}</td>`)}
      </tr>`,
  );
  const heads = [left("second"), right("sent"), right("processed"), ...took.map((cause) => right(cause))];
  return table("Messages by second of sending", heads, rows);
}

export function latencyTable({ latencyHistogram }: Result): Markup {
  const rows = latencyHistogram.map(
    ({ fromMs, toMs, count }) =>
      html`<tr>
        <th scope="row">${formatMs(fromMs)}</th>
        <td>${formatMs(toMs)}</td>
        <td class="count">${formatCount(count)}</td>
      </tr>`,
  );
  return table("Latency", [left("at least"), left("below"), right("messages")], rows);
}

export interface Head {
  name: string;
  count: boolean;
}

export function left(name: string): Head {
  return { name, count: false };
}

export function right(name: string): Head {
  return { name, count: true };
}

/** Renders a table. If it is wider than the page, it scrolls by itself, with the keyboard too. */
export function table(name: string, heads: readonly Head[], rows: readonly Markup[]): Markup {
  const cells = heads.map((head) =>
    head.count
      ? html`<th scope="col" class="count">${head.name}</th>`
      : html`<th scope="col">${head.name}</th>`,
  );
  return html`<div class="table" role="region" aria-label="${name}" tabindex="0">
    <table>
      <thead>
        <tr>
          ${cells}
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>
  </div>`;
}

export function limitOf(count: number | null): { kind: "count"; value: number } | undefined {
  return count === null ? undefined : { kind: "count", value: count };
}
