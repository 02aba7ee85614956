import { formatCount, formatMs } from "../src/views/layout/numbers.js";
import type { Result } from "../src/results/result.js";
import type { Option } from "./echarts.js";
import type { Look } from "./look.js";
import { axis, base, tooltip } from "./parts.js";

/** Draws the time from the send of a message to the end of its handler. */
export function latency({ latencyHistogram }: Result, look: Look): Option {
  const { colors, narrow } = look;
  return {
    ...base(look),
    grid: { left: narrow ? 44 : 56, right: 14, top: 26, bottom: 44 },
    xAxis: {
      ...axis(look),
      type: "category",
      data: latencyHistogram.map(({ fromMs }) => formatMs(fromMs)),
      name: "from the send to the end of the handler",
      nameLocation: "middle",
      nameGap: 28,
      axisLabel: { ...axis(look).axisLabel, hideOverlap: true },
    },
    yAxis: {
      ...axis(look),
      type: "value",
      minInterval: 1,
      splitNumber: narrow ? 3 : 4,
      name: "messages",
      nameTextStyle: { ...axis(look).nameTextStyle, align: "left" },
      nameGap: 10,
    },
    tooltip: {
      ...tooltip(look),
      formatter: (about: unknown) => {
        const span = latencyHistogram[(about as { dataIndex: number }).dataIndex];
        return span === undefined
          ? ""
          : `${formatMs(span.fromMs)} to ${formatMs(span.toMs)}: ${formatCount(span.count)}`;
      },
    },
    series: [
      {
        type: "bar",
        barCategoryGap: "8%",
        itemStyle: { color: colors.processed },
        data: latencyHistogram.map(({ count }) => count),
      },
    ],
  };
}
