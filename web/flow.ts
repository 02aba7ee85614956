import { type FlowKind, flowOf } from "../src/views/html/flow.js";
import { formatCount, formatPercent } from "../src/views/layout/numbers.js";
import type { Result } from "../src/results/result.js";
import type { Option } from "./echarts.js";
import type { Colors, Look } from "./look.js";
import { base, font, tooltip } from "./parts.js";

/** Draws the flow of messages from sent to processed, with branches for those that died. */
export function flow(result: Result, look: Look): Option {
  const { nodes, links } = flowOf(result);
  const { colors, narrow } = look;
  const share = (count: number): string => formatPercent(count / result.messages.sent);
  return {
    ...base(look),
    tooltip: {
      ...tooltip(look),
      formatter: (about: unknown) => {
        const { dataType, data } = about as {
          dataType: "node" | "edge";
          data: { name: string; value: number };
        };
        if (dataType === "edge") return "";
        return `${data.name}: ${formatCount(data.value)}, ${share(data.value)} of sent messages`;
      },
    },
    series: [
      {
        type: "sankey",
        nodeAlign: "left",
        draggable: false,
        emphasis: { disabled: true },
        nodeWidth: narrow ? 8 : 14,
        nodeGap: narrow ? 18 : 22,
        // Keeps the order within each column: messages that died above those that continue.
        layoutIterations: 0,
        left: 2,
        right: narrow ? 92 : 150,
        top: 12,
        bottom: 12,
        data: nodes.map(({ name, kind, count }) => ({
          name,
          value: count,
          itemStyle: { color: colorOf(kind, colors), borderWidth: 0 },
          label: { formatter: `${name}${narrow ? "\n" : "  "}${formatCount(count)}` },
        })),
        links,
        label: {
          position: "right",
          color: colors.text,
          fontFamily: font,
          fontSize: narrow ? 11 : 13,
          lineHeight: 14,
        },
        lineStyle: { color: "target", opacity: 0.35, curveness: 0.5 },
      },
    ],
  };
}

export function colorOf(kind: FlowKind, colors: Colors): string {
  switch (kind) {
    case "way":
      return colors.sent;
    case "processed":
      return colors.processed;
    case "duplicated":
      return colors.verdicts.broken;
    case "open":
      return colors.doubtful;
    case "rejected":
    case "client-buffer":
    case "in-transit":
    case "refused":
    case "log":
    case "skipped":
    case "after-commit":
    case "in-processing":
      return colors.causes[kind];
  }
}
