import { type FaultWindow, isWorker, windowsOf } from "../src/views/words/windows.js";
import { formatMoment } from "../src/views/layout/numbers.js";
import type { LifeResult, Result } from "../src/results/result.js";
import type { CustomSeriesOption, Option } from "./echarts.js";
import type { Look } from "./look.js";
import { axis, base, plain, tooltip } from "./parts.js";

/** One bar of the timeline: its row, its start and end in seconds, and its tooltip. */
interface Bar {
  value: [row: number, from: number, to: number];
  words: string;
  itemStyle: { color: string };
  opacity: number;
}

/** Draws a bar for each life of a worker, and above them the faults by target. */
export function lives(result: Result, look: Look): Option {
  const { colors, narrow } = look;
  const windows = windowsOf(result);
  const rows = rowsOf(result);
  const row = (name: string): number => rows.indexOf(name);
  const known = result.lives.flatMap((life) => {
    const { startedAt, endedAt } = life;
    return startedAt === null || endedAt === null ? [] : [{ ...life, startedAt, endedAt }];
  });
  const bars: Bar[] = known.map((life) => ({
    value: [row(nameOf(life)), life.startedAt / 1000, life.endedAt / 1000],
    words: lifeInWords(life),
    itemStyle: { color: life.role === "producer" ? colors.sent : colors.processed },
    opacity: 1,
  }));
  const spans: Bar[] = windows
    .filter(({ momentary }) => !momentary)
    .map((window) => ({
      value: [row(window.on), window.from, window.to],
      words: faultInWords(window),
      itemStyle: { color: isWorker(window.on) ? colors.surface : colors.doubtful },
      // A paused worker remains visible through the bar.
      opacity: isWorker(window.on) ? 0.65 : 1,
    }));
  const ends = known
    .filter(({ killed }) => killed)
    .map((life) => ({ value: [life.endedAt / 1000, row(nameOf(life))], words: lifeInWords(life) }));
  const moments = windows
    .filter(({ momentary, kind }) => momentary && kind !== "kill")
    .map((window) => ({ value: [window.from, row(window.on)], words: faultInWords(window) }));
  const edges = [...bars, ...spans].flatMap(({ value: [, from, to] }) => [from, to]);
  return {
    ...base(look),
    grid: { left: narrow ? 92 : 130, right: 14, top: 8, bottom: 44 },
    xAxis: {
      ...axis(look),
      type: "value",
      ...secondsAround(edges, narrow ? 4 : 8),
      name: "seconds since the producers started sending",
      nameLocation: "middle",
      nameGap: 28,
    },
    yAxis: {
      ...axis(look),
      type: "category",
      inverse: true,
      data: rows.map(plain),
      splitLine: { show: false },
      axisTick: { show: false },
      axisLabel: {
        color: colors.text,
        fontSize: narrow ? 11 : 12,
        width: narrow ? 84 : 120,
        overflow: "truncate",
        interval: 0,
      },
    },
    tooltip: { ...tooltip(look), formatter: (about: unknown) => plain((about as { data: Bar }).data.words) },
    series: [
      barSeries(bars, look),
      barSeries(spans, look),
      {
        type: "scatter",
        symbol: cross,
        symbolSize: 13,
        itemStyle: { color: colors.verdicts.broken },
        data: ends,
        z: 5,
      },
      {
        type: "scatter",
        symbol: "diamond",
        symbolSize: 11,
        itemStyle: { color: colors.doubtful },
        data: moments,
        z: 5,
      },
    ],
  };
}

/** Returns an axis of full steps around all moments, with about `steps` steps, or a few more. */
function secondsAround(
  moments: readonly number[],
  steps: number,
): { min: number; max: number; interval: number } {
  const first = Math.min(0, ...moments);
  const last = Math.max(1, ...moments);
  const atLeast = (last - first) / steps;
  const ten = 10 ** Math.floor(Math.log10(atLeast));
  const interval = ten * ([1, 2, 5].find((times) => times * ten >= atLeast) ?? 10);
  return {
    min: Math.floor(first / interval) * interval,
    max: Math.ceil(last / interval) * interval,
    interval,
  };
}

export function heightOfLives(result: Result): number {
  return 52 + 28 * rowsOf(result).length;
}

const cross = "path://M2 0 L5 3 L8 0 L10 2 L7 5 L10 8 L8 10 L5 7 L2 10 L0 8 L3 5 L0 2 Z";

/** Returns the rows: links, brokers and the topic above the workers. */
function rowsOf(result: Result): string[] {
  const others = windowsOf(result)
    .map(({ on }) => on)
    .filter((on) => !isWorker(on));
  const workers = result.lives.map(nameOf);
  const hit = windowsOf(result)
    .map(({ on }) => on)
    .filter(isWorker);
  return [...new Set([...others, ...workers, ...hit])];
}

function nameOf({ role, worker }: Pick<LifeResult, "role" | "worker">): string {
  return `${role} ${worker}`;
}

function barSeries(data: readonly Bar[], { colors }: Look): CustomSeriesOption {
  return {
    type: "custom",
    encode: { x: [1, 2], y: 0 },
    data: [...data],
    renderItem: ({ dataIndex }, api) => {
      const row = api.value(0);
      const [fromX = 0, y = 0] = api.coord([api.value(1), row]);
      const [toX = 0] = api.coord([api.value(2), row]);
      const height = 16;
      return {
        type: "rect",
        shape: { x: fromX, y: y - height / 2, width: Math.max(2, toX - fromX), height, r: 2 },
        style: {
          fill: api.visual("color") as string,
          opacity: data[dataIndex]?.opacity ?? 1,
          stroke: colors.surface,
        },
      };
    },
  };
}

function lifeInWords(life: LifeResult): string {
  const { startedAt, endedAt, killed } = life;
  return `${nameOf(life)}, life ${life.life}: ${formatMoment(startedAt)} to ${formatMoment(endedAt)}${killed ? ", killed" : ""}`;
}

function faultInWords({ kind, on, from, to, momentary }: FaultWindow): string {
  const until = momentary ? "" : ` to ${formatMoment(to * 1000)}`;
  return `${kind} on ${on}: ${formatMoment(from * 1000)}${until}`;
}
