/** Parts shared by the charts. */
import type { Option } from "./echarts.js";
import type { Look } from "./look.js";

export const font =
  'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", Arial, sans-serif';

/** Disables animation, since a report is read and printed. */
export function base({ colors }: Look): Option {
  return {
    animation: false,
    textStyle: { fontFamily: font, color: colors.text, fontSize: 12 },
  };
}

/** Draws tooltips as text in the chart, so that names from files never become markup. */
export function tooltip({ colors }: Look): Option["tooltip"] & object {
  return {
    renderMode: "richText",
    confine: true,
    backgroundColor: colors.surface,
    borderColor: colors.line,
    borderWidth: 1,
    textStyle: { color: colors.text, fontFamily: font, fontSize: 12, lineHeight: 17 },
  };
}

export function legend({ colors }: Look): Option["legend"] & object {
  return {
    top: 0,
    left: 0,
    itemWidth: 14,
    itemHeight: 10,
    itemGap: 14,
    textStyle: { color: colors.text, fontFamily: font },
    inactiveColor: colors.faint,
  };
}

export function axis({ colors }: Look) {
  return {
    axisLine: { lineStyle: { color: colors.line } },
    axisTick: { lineStyle: { color: colors.line } },
    axisLabel: { color: colors.faint, fontFamily: font },
    splitLine: { lineStyle: { color: colors.line, opacity: 0.6 } },
    nameTextStyle: { color: colors.faint, fontFamily: font },
  };
}

/** Replaces braces and bars, which are markup in texts of ECharts. */
export function plain(text: string): string {
  return text.replaceAll("{", "(").replaceAll("}", ")").replaceAll("|", "¦");
}
