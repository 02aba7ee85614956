import { readdirSync, readFileSync } from "node:fs";

import type { ShippedDashboard, ShippedPanel } from "./dashboard-schema.js";
import { inRepository } from "./paths.js";

export const dashboardsFolder = `${inRepository("dashboards")}/`;
export const outFolder = `${dashboardsFolder}out/`;

/** The committed dashboards. Their shape is checked by the test of the schema. */
export const dashboards: readonly ShippedDashboard[] = readdirSync(outFolder)
  .filter((name) => name.endsWith(".json"))
  .map((name) => JSON.parse(readFileSync(`${outFolder}${name}`, "utf8")) as ShippedDashboard);

export function panelsOf(dashboard: ShippedDashboard): ShippedPanel[] {
  return dashboard.panels.filter((panel): panel is ShippedPanel => panel.type !== "row");
}

/** Lists the field overrides of a panel. */
export function overridesIn({ fieldConfig }: ShippedPanel): { name: string; id: string; value: unknown }[] {
  const overrides: readonly { matcher: { options: string }; properties: readonly unknown[] }[] =
    fieldConfig.overrides;
  return overrides.flatMap(({ matcher, properties }) =>
    (properties as { id: string; value: unknown }[]).map(({ id, value }) => ({
      name: matcher.options,
      id,
      value,
    })),
  );
}

/** Returns one override of one field, or `undefined` without that override. */
export function overriddenIn(panel: ShippedPanel, name: string, id: string): unknown {
  return overridesIn(panel).find((one) => one.name === name && one.id === id)?.value;
}
