import type { RunPoint } from "../src/views/html/run-point.js";
import { formatCount, formatPercent, formatPerSecond } from "../src/views/layout/numbers.js";
import type { Verdict } from "../src/verdict/judge.js";
import type { Option } from "./echarts.js";
import type { Look } from "./look.js";
import { axis, base, legend, plain, tooltip } from "./parts.js";

const symbols: Record<Verdict, string> = { held: "circle", broken: "triangle", inconclusive: "diamond" };

/** Runs that are indistinguishable in the chart, drawn as one point that names all of them. */
type Cluster = [RunPoint, ...RunPoint[]];

/** Draws the loss ratio against the throughput that was reached, with a point per run. */
export function comparison(points: readonly RunPoint[], look: Look): Option {
  const { colors, narrow } = look;
  const clusters = clustersOf(points);
  const verdicts = (["held", "broken", "inconclusive"] as const).filter((verdict) =>
    points.some((point) => point.verdict === verdict),
  );
  const rates = points.map(({ sentPerSecond }) => sentPerSecond);
  const [slowest, fastest] = [Math.min(...rates), Math.max(...rates)];
  const wide = slowest > 0 && fastest > 20 * slowest;
  return {
    ...base(look),
    legend: legend(look),
    grid: { left: narrow ? 52 : 64, right: 24, top: 54, bottom: 44 },
    xAxis: {
      ...axis(look),
      ...(wide ? { type: "log" as const } : { type: "value" as const, min: 0 }),
      name: "sent per second",
      nameLocation: "middle",
      nameGap: 28,
      axisLabel: {
        ...axis(look).axisLabel,
        hideOverlap: true,
        formatter: (value: number) => formatCount(value),
      },
    },
    yAxis: {
      ...axis(look),
      type: "value",
      min: 0,
      name: "share of sent messages lost",
      nameTextStyle: { ...axis(look).nameTextStyle, align: "left" },
      nameGap: 10,
      axisLabel: {
        ...axis(look).axisLabel,
        formatter: (value: number) => `${Number((value * 100).toPrecision(3))} %`,
      },
    },
    tooltip: {
      ...tooltip(look),
      formatter: (about: unknown) =>
        plain((about as { data: { cluster: Cluster } }).data.cluster.map(runInWords).join("\n")),
    },
    series: verdicts.map((verdict) => ({
      type: "scatter",
      name: verdict,
      symbol: symbols[verdict],
      symbolSize: 11,
      itemStyle: { color: colors.verdicts[verdict] },
      labelLayout: { hideOverlap: true },
      label: { show: true, color: colors.text, fontSize: 11 },
      data: clusters
        .filter(([first]) => first.verdict === verdict)
        .map((cluster) => {
          const [{ sentPerSecond, lossRatio }] = cluster;
          // There is room for the name towards the middle.
          const position = sentPerSecond > fastest / 2 ? ("left" as const) : ("right" as const);
          return {
            value: [sentPerSecond, lossRatio],
            cluster,
            label: { position, formatter: plain(nameOf(cluster)) },
          };
        }),
    })),
  };
}

function clustersOf(points: readonly RunPoint[]): Cluster[] {
  const clusters = new Map<string, Cluster>();
  for (const point of points) {
    const { verdict, sentPerSecond, lossRatio } = point;
    const key = `${verdict} ${sentPerSecond.toPrecision(2)} ${lossRatio.toPrecision(2)}`;
    const cluster = clusters.get(key);
    if (cluster === undefined) clusters.set(key, [point]);
    else cluster.push(point);
  }
  return [...clusters.values()];
}

function nameOf([{ scenario }, ...others]: Cluster): string {
  return others.length === 0 ? scenario : `${scenario} and ${others.length} more`;
}

function runInWords({ scenario, guarantee, verdict, sentPerSecond, lossRatio, lost }: RunPoint): string {
  const speed = `sent ${formatPerSecond(sentPerSecond)}`;
  return `${scenario} (${guarantee}): ${verdict}, ${speed}, lost ${formatCount(lost)}, ${formatPercent(lossRatio)}`;
}
