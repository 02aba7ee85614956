import { readFileSync } from "node:fs";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import type { Prometheus } from "../../../src/environment/monitoring/prometheus.js";
import { courseName } from "../../../src/metrics/course.js";
import { Exporter } from "../../../src/metrics/exporter.js";
import { makePlan } from "../../../src/plan/plan.js";
import type { Result } from "../../../src/results/result.js";
import { parseScenario } from "../../../src/scenario/file/read.js";
import { type Laboratory, openLaboratory } from "../../support/laboratory.js";
import { toolForTests } from "../../support/tools.js";
import { type Answered, answerOf, ask, get } from "./ask.js";
import {
  type Asking,
  isEmptyOfCourse,
  isOfSweeps,
  isShare,
  queries,
  type Query,
  variables,
} from "../../support/dashboard-queries.js";
import { alertRules, recordingRules } from "./rules.js";
import { type Watch, watch, watchCourse } from "./watch.js";

const command = toolForTests("prometheus");
const promtool = toolForTests("promtool");

const name = "watched";
const yaml = `
guarantee: at-most-once
topic: { partitions: 2 }
producers: { count: 1, rate: 2000/s, messages: 16000, overload: true }
consumers: { count: 2, commitEvery: 50, handle: 0ms, sessionTimeout: 1s }
faults:
  - { at: 3s, on: producer-link, toxic: timeout, for: 1s }
  - { when: after-commit, kill: consumer, worker: 0, restartAfter: 300ms }
expect: { lost: { min: 100, max: 12000 } }
`;

/**
 * The queries of a dashboard for the last five minutes, with a data source that is scraped every
 * second.
 */
const lately: Asking = { step: 1, range: 300, scrapeInterval: 1 };
const sixHours: Asking = { step: 15, range: 6 * 3600, scrapeInterval: 1 };

describe.skipIf(command === undefined)("a Prometheus that scrapes a run", () => {
  let lab: Laboratory;
  let watching: Watch;
  let prometheus: Prometheus;
  let result: Result;
  let until: number;

  beforeAll(async () => {
    lab = await openLaboratory();
    const exporter = new Exporter("kafkajs");
    exporter.announce(makePlan(parseScenario(yaml, `${name}.yaml`), 1));
    watching = await watch(lab, exporter, command!);
    ({ prometheus } = watching);
    await watching.until("lossbound_messages_planned");
    result = await lab.run(name, yaml, { exporter });
    await watching.until(`lossbound_run_verdict{verdict="${result.verdict}"} == 1`);
    // Queries what the rules recorded over the whole run.
    await watching.until(`run:lossbound_messages_lost:sum == ${result.messages.lost}`);
    until = Date.now();
  });
  afterAll(async () => {
    await watching?.[Symbol.asyncDispose]();
    await lab?.[Symbol.asyncDispose]();
  });

  /** Events of a step are shown at its end. */
  const whenSeen = ({ step }: Asking): number => until + step * 1000;

  it("has scraped a run that held", () => {
    expect(result.verdict, result.reasons.join("; ")).toBe("held");
  });

  it.each([
    ["everything", lately],
    ["the one scenario", { ...lately, chosen: { scenario: [name], guarantee: ["at-most-once"] } }],
    ["six hours", sixHours],
  ])("answers every query of every dashboard with numbers, when %s is selected", async (_what, asking) => {
    const empty = await withoutNumbers(queries, (query) =>
      ask(prometheus.url, query, asking, whenSeen(asking)),
    );

    expect(empty).toEqual(queries.filter(isOfSweeps).map(({ where }) => where));
    expect(queries.length).toBeGreaterThan(80);
  });

  it("has every share between 0 and 1, at any second of the run", async () => {
    expect(await outOfRange((query) => ask(prometheus.url, query, lately, until))).toEqual([]);
  });

  it("counts kills and joins in whole numbers, each in a single step", async () => {
    const inAll = async (title: string): Promise<number> => {
      const query = queries.find(({ where }) => where.includes(` / ${title} / `))!;
      const answers = await ask(prometheus.url, query, lately, until);
      const values = answers.flatMap((one) => one.values).filter(Number.isFinite);
      expect(values.filter((value) => !Number.isInteger(value))).toEqual([]);
      return values.reduce((sum, value) => sum + value, 0);
    };

    expect(await inAll("When are workers killed?")).toBe(1);
    // Two consumers start and one restarts; others may rejoin with it.
    expect(await inAll("When does the group rebalance?")).toBeGreaterThanOrEqual(3);
  });

  it("marks the kill at its time", async () => {
    const kills = queries.find(({ where }) => where.endsWith("annotation Kills"))!;
    const moments = (await ask(prometheus.url, kills, lately, until)).flatMap(({ values }) => values);
    const { run } = JSON.parse(readFileSync(join(lab.out, name, "run.json"), "utf8")) as StoredStart;
    const kill = result.faults.find(({ kind }) => kind === "kill")!;

    expect(moments.length).toBeGreaterThan(0);
    // The time of the worker and that of the evidence are a few milliseconds apart.
    expect(new Set(moments).size).toBeLessThanOrEqual(2);
    for (const moment of moments) {
      expect(Math.abs(moment - (run.startedAt + kill.appliedAt!))).toBeLessThan(1000);
    }
  });

  it("shows a fault of a second in a range of six hours", async () => {
    const faults = queries.find(({ where }) => where.endsWith("annotation Faults"));
    const seen = await ask(prometheus.url, faults!, sixHours, whenSeen(sixHours));

    const timeout = seen.find(({ labels }) => labels["fault"] === "timeout");
    expect(timeout?.labels["on"]).toBe("producer-link");
    expect(Math.max(...timeout!.values)).toBe(1);
    // In force in one or two steps, and not in all.
    expect(timeout!.values.filter((value) => value === 1).length).toBeLessThanOrEqual(2);
  });

  it.skipIf(promtool === undefined)(
    "counts a loss when it is proved; metrics.om counts it at the second of sending",
    async () => {
      const folder = join(lab.out, name);
      const course = join(folder, courseName);
      await using loaded = await watchCourse(lab, course, { prometheus: command!, promtool: promtool! });
      const [, lastAt] = / ([\d.]+)\n# EOF\n$/.exec(readFileSync(course, "utf8"))!;
      const answer = (query: Query): Promise<Answered[]> =>
        ask(loaded.url, query, lately, Number(lastAt) * 1000 + 60_000);
      expect(await withoutNumbers(queries, answer)).toEqual(
        queries.filter((query) => isOfSweeps(query) || isEmptyOfCourse(query)).map(({ where }) => where),
      );
      expect(await outOfRange(answer)).toEqual([]);

      const { run } = JSON.parse(readFileSync(join(folder, "run.json"), "utf8")) as StoredStart;
      const fault = result.faults.find(({ kind }) => kind === "timeout")!;
      const before = run.startedAt + fault.appliedAt! - 1000;
      const after = run.startedAt + fault.healedAt! + 2000;
      const lostAt = async (url: string, at: number): Promise<number | undefined> => {
        const expression = 'sum(lossbound_messages_lost_total{cause="in-transit"})';
        const [answer] = await get(url, "query", { query: expression, time: `${at / 1000}` });
        return answer?.values[0];
      };
      expect(await lostAt(loaded.url, before)).toBe(0);
      expect(await lostAt(loaded.url, after)).toBe(result.lostBy["in-transit"]);
      expect(await lostAt(prometheus.url, after)).toBe(0);
      expect(await lostAt(prometheus.url, until)).toBe(result.lostBy["in-transit"]);
      expect(result.lostBy["in-transit"]).toBeGreaterThan(100);
    },
  );

  it("returns nothing for a scenario that does not exist", async () => {
    const chosen = { scenario: ["never-was"] };
    const found = await withoutNumbers(queries, (query) =>
      ask(prometheus.url, query, { ...lately, chosen }, until),
    );

    expect(found.length).toBe(queries.length);
  });

  it("offers the scenarios, guarantees and clients that were run", async () => {
    for (const { label, metric } of variables) {
      const { data } = await answerOf<{ data: string[] }>(prometheus.url, `label/${label}/values`, {
        "match[]": metric,
      });
      expect(data).toEqual([{ scenario: name, guarantee: "at-most-once", client: "kafkajs" }[label]]);
    }
  });

  it("shows the totals of the ledger on the panels", async () => {
    const answers = async (title: string): Promise<Answered[]> => {
      const asked = queries.filter(({ where }) => where.includes(` / ${title} / `));
      return (await Promise.all(asked.map((query) => ask(prometheus.url, query, lately, until)))).flat();
    };
    const panel = async (title: string): Promise<number[]> =>
      (await answers(title)).map(({ values }) => values.at(-1)!);
    const { planned, sent, accepted, stored, received, processed, lost, rejected } = result.messages;

    expect(await panel("How far do the messages get?")).toEqual([
      planned,
      sent,
      accepted,
      stored,
      received,
      processed,
    ]);
    const died = await answers("Where do they die?");
    expect(Object.fromEntries(died.map(({ labels, values }) => [labels["cause"], values.at(-1)]))).toEqual(
      result.lostBy,
    );
    const most = died.map(({ values }) => values.at(-1)!);
    expect(most).toEqual(most.toSorted((one, other) => other - one));
    expect((await panel("How many were lost?")).toSorted((one, other) => one - other)).toEqual([
      100,
      lost,
      12_000,
    ]);
    expect(await panel("What share is lost?")).toEqual([lost / sent]);
    expect((await panel("Known or silent?")).slice(0, 2)).toEqual([rejected, result.silentlyLost]);
  });

  it("evaluates every rule to a result, for an alert yes or no", async () => {
    const expressions = [
      ...recordingRules.flatMap(({ record, expr }) => [record, expr]),
      ...alertRules.map(({ expr }) => yesOrNo(expr)),
    ];
    const asked = expressions.map((expression) => ({
      where: expression,
      expression,
      instant: true,
      stepAtLeast: 0,
    }));
    const empty = await withoutNumbers(asked, ({ expression }) =>
      get(prometheus.url, "query", { query: expression, time: `${until / 1000}` }),
    );

    expect(empty).toEqual([]);
    const { data } = await answerOf<RulesAnswer>(prometheus.url, "rules", {});
    const rules = data.groups.flatMap((group) => group.rules);
    expect(rules.length).toBe(recordingRules.length + alertRules.length);
    expect(rules.filter(({ health }) => health !== "ok")).toEqual([]);
  });

  it("fires no alert for a run that held", async () => {
    const { data } = await answerOf<AlertsAnswer>(prometheus.url, "alerts", {});

    // A recent phase makes one alert pending, which fires only after ten minutes.
    const firing = data.alerts.filter(({ state }) => state === "firing");
    expect(firing.map(({ labels }) => labels["alertname"])).toEqual([]);
  });
});

/** Queries that return shares below 0 or above 1. */
async function outOfRange(answer: (query: Query) => Promise<Answered[]>): Promise<string[]> {
  const shares = queries.filter(isShare).filter((query) => !isOfSweeps(query));
  const wrong: string[] = [];
  for (const query of shares) {
    const values = (await answer(query)).flatMap((one) => one.values).filter(Number.isFinite);
    expect(values.length, query.where).toBeGreaterThan(0);
    if (values.some((value) => value < 0 || value > 1)) wrong.push(query.where);
  }
  return wrong;
}

interface StoredStart {
  run: { startedAt: number };
}

interface RulesAnswer {
  data: { groups: { rules: { name: string; health: string; lastError?: string }[] }[] };
}

interface AlertsAnswer {
  data: { alerts: { state: "pending" | "firing"; labels: Record<string, string> }[] };
}

/**
 * Makes comparisons return 0 or 1, so that a result is empty only if series are missing. The part
 * after `unless` is removed, since it excludes every run that is still visible.
 */
function yesOrNo(expression: string): string {
  return expression.replace(/ unless .*$/, "").replaceAll(/ (>=|<=|==|!=|>|<) /g, " $1 bool ");
}

/** Returns the queries without series, or with only series of NaN, such as 0 divided by 0. */
async function withoutNumbers(
  asked: readonly Query[],
  answer: (query: Query) => Promise<Answered[]>,
): Promise<string[]> {
  const empty: string[] = [];
  for (const query of asked) {
    const series = await answer(query);
    if (!series.some(({ values }) => values.some(Number.isFinite))) empty.push(query.where);
  }
  return empty;
}
