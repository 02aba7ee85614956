import { readdirSync, readFileSync } from "node:fs";

import type { ShippedDashboard, ShippedPanel } from "./dashboard-schema.js";
import { inRepository } from "./paths.js";

export const dashboardsFolder = `${inRepository("dashboards")}/`;
export const outFolder = `${dashboardsFolder}out/`;

/** The dashboards as they are committed; what they are is the matter of the schema's test. */
export const dashboards: readonly ShippedDashboard[] = readdirSync(outFolder)
  .filter((name) => name.endsWith(".json"))
  .map((name) => JSON.parse(readFileSync(`${outFolder}${name}`, "utf8")) as ShippedDashboard);

export function panelsOf(dashboard: ShippedDashboard): ShippedPanel[] {
  return dashboard.panels.filter((panel): panel is ShippedPanel => panel.type !== "row");
}
