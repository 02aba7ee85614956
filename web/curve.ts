import type { CurvePoint, Spread } from "../src/results/curve.js";
import type { SweptCurve } from "../src/views/html/swept.js";
import { formatCount, formatPercent, formatPerSecond } from "../src/views/layout/numbers.js";
import type { CustomSeriesOption, Option } from "./echarts.js";
import type { Look } from "./look.js";
import { axis, base, tooltip } from "./parts.js";

/** A value of the sweep with usable runs: its position, the range of its runs, and its tooltip. */
interface Point {
  value: [x: number, mean: number];
  spread: Spread;
  words: string;
}

/**
 * Draws the loss of a scenario against the swept value: above, as a share of sent messages; below,
 * per fault.
 */
export function curve({ of, points }: SweptCurve, look: Look): Option {
  const { colors, narrow } = look;
  const shares = placed(of, points, ({ lossRatio }) => lossRatio);
  const counts = placed(of, points, ({ lostPerFault }) => lostPerFault);
  const sides = { left: narrow ? 52 : 64, right: 24 };
  const xs = [...shares, ...counts].map(({ value: [x] }) => x);
  const wide = Math.min(...xs) > 0 && Math.max(...xs) > 20 * Math.min(...xs);
  const across = { ...axis(look), ...(wide ? { type: "log" as const } : { type: "value" as const, min: 0 }) };
  const label = { ...axis(look).axisLabel, hideOverlap: true };
  const up = {
    ...axis(look),
    type: "value" as const,
    min: 0,
    nameGap: 10,
    nameTextStyle: { ...axis(look).nameTextStyle, align: "left" as const },
  };
  return {
    ...base(look),
    grid: [
      { ...sides, top: 28, height: "36%" },
      { ...sides, top: "57%", bottom: 44 },
    ],
    xAxis: [
      { ...across, gridIndex: 0, axisLabel: { show: false } },
      {
        ...across,
        gridIndex: 1,
        name: of === "rate" ? "sent per second" : "messages per commit",
        nameLocation: "middle",
        nameGap: 28,
        axisLabel: { ...label, formatter: (value: number) => formatCount(value) },
      },
    ],
    yAxis: [
      {
        ...up,
        gridIndex: 0,
        name: "share of sent messages lost",
        axisLabel: { ...label, formatter: (value: number) => `${Number((value * 100).toPrecision(3))} %` },
      },
      {
        ...up,
        gridIndex: 1,
        name: "lost per fault",
        axisLabel: { ...label, formatter: (value: number) => formatCount(value) },
      },
    ],
    tooltip: {
      ...tooltip(look),
      formatter: (about: unknown) => (about as { data: Point }).data.words,
    },
    series: [shares, counts].flatMap((placedPoints, grid) => [
      {
        type: "line" as const,
        symbol: "circle",
        symbolSize: 9,
        xAxisIndex: grid,
        yAxisIndex: grid,
        lineStyle: { color: colors.causes["in-transit"], width: 2 },
        itemStyle: { color: colors.causes["in-transit"] },
        data: placedPoints,
      },
      bars(placedPoints, grid, look),
    ]),
  };
}

/**
 * Returns the points from left to right, so that the line does not turn back if a higher rate was
 * not reached.
 */
function placed(
  of: SweptCurve["of"],
  points: readonly CurvePoint[],
  spreadOf: (point: CurvePoint) => Spread | null,
): Point[] {
  return points
    .flatMap((point): Point[] => {
      const spread = spreadOf(point);
      const x = of === "rate" ? point.sentPerSecond?.mean : point.value;
      return spread === null || x === undefined
        ? []
        : [{ value: [x, spread.mean], spread, words: inWords(of, point) }];
    })
    .toSorted((a, b) => a.value[0] - b.value[0]);
}

/** Draws the minimum and the maximum of the runs at each point. */
function bars(points: readonly Point[], grid: number, { colors }: Look): CustomSeriesOption {
  return {
    type: "custom",
    silent: true,
    xAxisIndex: grid,
    yAxisIndex: grid,
    data: points.map(({ value: [x], spread }) => [x, spread.min, spread.max]),
    encode: { x: 0, y: [1, 2] },
    renderItem: (_, api) => {
      const [x = 0, low = 0] = api.coord([api.value(0), api.value(1)]);
      const [, high = 0] = api.coord([api.value(0), api.value(2)]);
      const line = (x1: number, y1: number, x2: number, y2: number) => ({
        type: "line" as const,
        shape: { x1, y1, x2, y2 },
        style: { stroke: colors.text, lineWidth: 1.5 },
      });
      return {
        type: "group",
        children: [line(x, low, x, high), line(x - 5, low, x + 5, low), line(x - 5, high, x + 5, high)],
      };
    },
  };
}

function inWords(
  of: SweptCurve["of"],
  { value, lossRatio, lostPerFault, sentPerSecond, runs }: CurvePoint,
): string {
  const range = (spread: Spread | null, format: (value: number) => string): string =>
    spread === null ? "–" : `${format(spread.mean)} (${format(spread.min)} to ${format(spread.max)})`;
  return [
    of === "rate" ? `asked for ${formatPerSecond(value)}` : `a commit every ${formatCount(value)}`,
    `sent ${range(sentPerSecond, formatPerSecond)}`,
    `lost ${range(lossRatio, formatPercent)}`,
    `lost per fault ${range(lostPerFault, formatCount)}`,
    `${runs.length} ${runs.length === 1 ? "run" : "runs"}`,
  ].join("\n");
}
