import { type Slice, rateOf, sendingUntil, slicesOf } from "../src/views/html/slices.js";
import { windowsOf } from "../src/views/words/windows.js";
import { formatCount, formatMoment, formatPercent, formatPerSecond } from "../src/views/layout/numbers.js";
import type { Result } from "../src/results/result.js";
import { causes } from "../src/scenario/scenario.js";
import type { LineSeriesOption, Option } from "./echarts.js";
import type { Look } from "./look.js";
import { axis, base, legend, plain, tooltip } from "./parts.js";

/**
 * Draws loss and throughput over time: above, sent and processed messages; below, lost messages by
 * cause.
 */
export function course(result: Result, look: Look): Option {
  const { colors, narrow } = look;
  const slices = slicesOf(result);
  const took = causes.filter((cause) => result.lostBy[cause] > 0);
  const sides = { left: narrow ? 44 : 56, right: 14 };
  const legendRoom = narrow ? 22 * Math.ceil((took.length + 2) / 3) : 26;
  const upper = legendRoom + 22;
  const seconds = {
    ...axis(look),
    type: "value" as const,
    min: 0,
    max: axisEnd(result),
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
      {
        ...seconds,
        gridIndex: 1,
        name: narrow ? "seconds since sending started" : "seconds since the producers started sending",
        nameLocation: "middle",
        nameGap: 26,
      },
    ],
    yAxis: [
      {
        ...counts,
        gridIndex: 0,
        name: "messages per second",
        nameTextStyle: { ...axis(look).nameTextStyle, align: "left" },
        nameGap: 8,
      },
      {
        ...counts,
        gridIndex: 1,
        name: "lost of these, per second",
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
        const slice = slices[first?.dataIndex ?? -1];
        return slice === undefined ? "" : sliceInWords(slice);
      },
    },
    series: [
      {
        ...steps("sent", 0, slices, ({ sent }) => sent),
        lineStyle: { color: colors.sent, width: 2 },
        itemStyle: { color: colors.sent },
      },
      {
        ...steps("processed", 0, slices, ({ processed }) => processed),
        lineStyle: { color: colors.processed, width: 2 },
        itemStyle: { color: colors.processed },
        areaStyle: { color: colors.processed, opacity: 0.18 },
      },
      { ...middles(0, slices), ...marks(result, look, true) },
      { ...middles(1, slices), ...marks(result, look, false) },
      ...took.map((cause) => ({
        ...steps(cause, 1, slices, ({ lostBy }) => lostBy[cause]),
        stack: "lost",
        lineStyle: { width: 0 },
        itemStyle: { color: colors.causes[cause] },
        areaStyle: { color: colors.causes[cause], opacity: 0.9 },
      })),
    ],
  };
}

/**
 * Returns the end of the last event, since a kill may occur while the consumers read the rest of
 * the log.
 */
function axisEnd(result: Result): number {
  const last = Math.max(sendingUntil(result), ...windowsOf(result).flatMap(({ from, to }) => [from, to]));
  // A few hundredths of a second do not need an axis that is a full second longer.
  return Math.max(1, Math.ceil(last - 0.05));
}

/** Draws each slice as a step from its beginning to its end. */
function steps(
  name: string,
  grid: number,
  slices: readonly Slice[],
  of: (slice: Slice) => number,
): LineSeriesOption {
  const points = slices.map((slice) => [slice.from, rateOf(of(slice), slice)]);
  const last = slices.at(-1);
  return {
    type: "line",
    name,
    step: "end",
    symbol: "none",
    // The tooltip of a slice belongs to its middle.
    tooltip: { trigger: "item" },
    xAxisIndex: grid,
    yAxisIndex: grid,
    data: last === undefined ? [] : [...points, [last.to, rateOf(of(last), last)]],
  };
}

/**
 * Returns an invisible series with a point in the middle of each slice. The tooltip uses the
 * nearest point, which belongs to the slice under the pointer. The marks use this series if nothing
 * was lost.
 */
function middles(grid: number, slices: readonly Slice[]): LineSeriesOption {
  return {
    type: "line",
    symbol: "none",
    silent: true,
    lineStyle: { width: 0 },
    xAxisIndex: grid,
    yAxisIndex: grid,
    data: slices.map(({ from, to }) => [(from + to) / 2, 0]),
  };
}

/** Draws a fault as a shaded area, or as a dashed line if it is momentary. */
function marks(
  result: Result,
  { colors, narrow }: Look,
  named: boolean,
): Pick<LineSeriesOption, "markArea" | "markLine"> {
  const all = windowsOf(result);
  const show = named && !narrow && all.length <= 8;
  const label = { show, color: colors.faint, fontSize: 11 };
  return {
    markArea: {
      silent: true,
      itemStyle: { color: colors.window },
      label: { ...label, position: "top" },
      data: all
        .filter(({ momentary }) => !momentary)
        .map(({ kind, from, to }) => [{ name: plain(kind), xAxis: Math.max(0, from) }, { xAxis: to }]),
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

function sliceInWords(slice: Slice): string {
  const { from, to, sent, processed, lostBy } = slice;
  const lost = causes.reduce((sum, cause) => sum + lostBy[cause], 0);
  const share = sent === 0 ? "" : ` (${formatPercent(lost / sent)})`;
  const counted = (count: number): string =>
    to - from === 1 ? formatCount(count) : `${formatCount(count)} (${formatPerSecond(rateOf(count, slice))})`;
  return [
    Number.isInteger(to)
      ? `second ${from} to ${to}`
      : `second ${from} to the last message at ${formatMoment(to * 1000)}`,
    `sent ${counted(sent)}`,
    `processed ${counted(processed)}`,
    `lost ${formatCount(lost)}${share}`,
    ...causes.filter((cause) => lostBy[cause] > 0).map((cause) => `  ${cause} ${formatCount(lostBy[cause])}`),
  ].join("\n");
}
