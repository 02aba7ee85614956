import { windowsOf } from "../src/report/html/windows.js";
import { formatCount, formatPercent } from "../src/report/numbers.js";
import type { Result, TimelineSecond } from "../src/report/result.js";
import { causes } from "../src/scenario/scenario.js";
import type { LineSeriesOption, Option } from "./echarts.js";
import type { Look } from "./look.js";
import { axis, base, legend, plain, tooltip } from "./parts.js";

/** Loss against throughput over time: above what was sent and processed, below what was lost, by cause. */
export function course(result: Result, look: Look): Option {
  const { colors, narrow } = look;
  const { timeline } = result;
  const took = causes.filter((cause) => result.lostBy[cause] > 0);
  const sides = { left: narrow ? 44 : 56, right: 14 };
  const legendRoom = narrow ? 22 * Math.ceil((took.length + 2) / 3) : 26;
  const upper = legendRoom + 22;
  const seconds = {
    ...axis(look),
    type: "value" as const,
    min: 0,
    max: timeline.length,
    minInterval: 1,
  };
  const counts = {
    ...axis(look),
    type: "value" as const,
    min: 0,
    minInterval: 1,
    splitNumber: narrow ? 3 : 4,
  };
  return {
    ...base(look),
    legend: { ...legend(look), itemGap: narrow ? 8 : 14 },
    grid: [
      { ...sides, top: upper, height: "36%" },
      { ...sides, top: "60%", bottom: 40 },
    ],
    xAxis: [
      { ...seconds, gridIndex: 0, axisLabel: { show: false }, axisTick: { show: false } },
      { ...seconds, gridIndex: 1, name: "seconds of sending", nameLocation: "middle", nameGap: 26 },
    ],
    yAxis: [
      {
        ...counts,
        gridIndex: 0,
        name: "messages a second",
        nameTextStyle: { ...axis(look).nameTextStyle, align: "left" },
        nameGap: 8,
      },
      {
        ...counts,
        gridIndex: 1,
        name: "lost of these",
        nameTextStyle: { ...axis(look).nameTextStyle, align: "left" },
        nameGap: 8,
      },
    ],
    axisPointer: { link: [{ xAxisIndex: "all" }] },
    tooltip: {
      ...tooltip(look),
      trigger: "axis",
      axisPointer: { type: "line", lineStyle: { color: colors.faint } },
      formatter: (points: unknown) => {
        const [first] = points as { dataIndex: number }[];
        const second = timeline[first?.dataIndex ?? -1];
        return second === undefined ? "" : secondInWords(second);
      },
    },
    series: [
      {
        ...steps("sent", 0, timeline, ({ sent }) => sent),
        lineStyle: { color: colors.sent, width: 2 },
        itemStyle: { color: colors.sent },
      },
      {
        ...steps("processed", 0, timeline, ({ processed }) => processed),
        lineStyle: { color: colors.processed, width: 2 },
        itemStyle: { color: colors.processed },
        areaStyle: { color: colors.processed, opacity: 0.18 },
      },
      { ...middles(0, timeline), ...marks(result, look, true) },
      { ...middles(1, timeline), ...marks(result, look, false) },
      ...took.map((cause) => ({
        ...steps(cause, 1, timeline, ({ lostBy }) => lostBy[cause]),
        stack: "lost",
        lineStyle: { width: 0 },
        itemStyle: { color: colors.causes[cause] },
        areaStyle: { color: colors.causes[cause], opacity: 0.9 },
      })),
    ],
  };
}

/** A second is as wide as it lasted: its count stands from its beginning to its end. */
function steps(
  name: string,
  grid: number,
  timeline: readonly TimelineSecond[],
  of: (second: TimelineSecond) => number,
): LineSeriesOption {
  const points = timeline.map((second) => [second.second, of(second)]);
  const last = timeline.at(-1);
  return {
    type: "line",
    name,
    step: "end",
    symbol: "none",
    // A second is told of by its middle.
    tooltip: { trigger: "item" },
    xAxisIndex: grid,
    yAxisIndex: grid,
    data: last === undefined ? [] : [...points, [timeline.length, of(last)]],
  };
}

/**
 * Nobody sees these points. The tooltip goes to the nearest one, which so is of the second in which the
 * pointer stands; and the marks have a series to be at where nothing was lost.
 */
function middles(grid: number, timeline: readonly TimelineSecond[]): LineSeriesOption {
  return {
    type: "line",
    symbol: "none",
    silent: true,
    lineStyle: { width: 0 },
    xAxisIndex: grid,
    yAxisIndex: grid,
    data: timeline.map(({ second }) => [second + 0.5, 0]),
  };
}

/** What is in force for a time is a shade, what falls in a moment a dashed line. */
function marks(
  result: Result,
  { colors, narrow }: Look,
  named: boolean,
): Pick<LineSeriesOption, "markArea" | "markLine"> {
  const all = windowsOf(result).filter(({ from }) => from <= result.timeline.length);
  const show = named && !narrow && all.length <= 8;
  const label = { show, color: colors.faint, fontSize: 11 };
  return {
    markArea: {
      silent: true,
      itemStyle: { color: colors.window },
      label: { ...label, position: "top" },
      data: all
        .filter(({ momentary }) => !momentary)
        .map(({ kind, from, to }) => [
          { name: plain(kind), xAxis: Math.max(0, from) },
          { xAxis: Math.min(to, result.timeline.length) },
        ]),
    },
    markLine: {
      silent: true,
      symbol: "none",
      lineStyle: { color: colors.faint, type: "dashed", width: 1 },
      label: { ...label, position: "insideEndBottom", formatter: "{b}" },
      data: all
        .filter(({ momentary }) => momentary)
        .map(({ kind, from }) => ({ name: plain(kind), xAxis: Math.max(0, from) })),
    },
  };
}

function secondInWords({ second, sent, processed, lostBy }: TimelineSecond): string {
  const lost = causes.reduce((sum, cause) => sum + lostBy[cause], 0);
  const share = sent === 0 ? "" : ` (${formatPercent(lost / sent)})`;
  return [
    `second ${second} to ${second + 1}`,
    `sent ${formatCount(sent)}`,
    `processed ${formatCount(processed)}`,
    `lost ${formatCount(lost)}${share}`,
    ...causes.filter((cause) => lostBy[cause] > 0).map((cause) => `  ${cause} ${formatCount(lostBy[cause])}`),
  ].join("\n");
}
