import { readFileSync } from "node:fs";

import { parse } from "yaml";

import { dashboardsFolder, outFolder } from "../../support/dashboard-outputs.js";

export interface RecordingRule {
  record: string;
  expr: string;
}

export interface AlertRule {
  alert: string;
  expr: string;
  labels: { severity: string };
  annotations: { summary: string; description: string; dashboard: string };
}

interface RuleTest {
  alert_rule_test?: { alertname: string; exp_alerts: unknown[] }[];
}

const { groups } = parse(readFileSync(`${outFolder}rules.yaml`, "utf8")) as {
  groups: { rules: (RecordingRule | AlertRule)[] }[];
};
const rules = groups.flatMap((group) => group.rules);

export const recordingRules = rules.filter((rule): rule is RecordingRule => "record" in rule);
export const alertRules = rules.filter((rule): rule is AlertRule => "alert" in rule);
export const recorded: ReadonlySet<string> = new Set(recordingRules.map(({ record }) => record));

export const ruleTestsFile = `${dashboardsFolder}rules.test.yaml`;

/** The tests of each alert, for promtool. */
export const alertTests = (parse(readFileSync(ruleTestsFile, "utf8")) as { tests: RuleTest[] }).tests.flatMap(
  (test) => test.alert_rule_test ?? [],
);
