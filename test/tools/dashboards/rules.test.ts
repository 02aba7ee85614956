import { execFile } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

import { describe, expect, it } from "vitest";

import { toolForTests } from "../../support/tools.js";
import { complaintsAbout } from "../../support/promql-complaints.js";
import { dashboards, dashboardsFolder, outFolder } from "../../support/dashboard-outputs.js";
import { alertRules, alertTests, recorded, recordingRules, ruleTestsFile } from "./rules.js";

const run = promisify(execFile);
const promtool = toolForTests("promtool");

describe("the rules", () => {
  it("use only metrics and labels of the catalogue, or recorded series", () => {
    const complaints = [...recordingRules, ...alertRules].flatMap(({ expr }) =>
      complaintsAbout(expr, recorded),
    );

    expect(complaints).toEqual([]);
  });

  it("record only series that an alert uses", () => {
    const all = alertRules.map(({ expr }) => expr).join("\n");

    expect([...recorded].filter((name) => !all.includes(name))).toEqual([]);
  });

  it("have a test for each alert in which it fires, and one in which it does not", () => {
    const fires = alertTests.filter(({ exp_alerts }) => exp_alerts.length > 0);
    const silent = alertTests.filter(({ exp_alerts }) => exp_alerts.length === 0);

    const alerts = alertRules.map(({ alert }) => alert).toSorted();
    expect([...new Set(fires.map(({ alertname }) => alertname))].toSorted()).toEqual(alerts);
    expect([...new Set(silent.map(({ alertname }) => alertname))].toSorted()).toEqual(alerts);
  });

  it("have the severity, a summary, the run and a link for each alert", () => {
    const addresses = dashboards.map(({ uid }) => `/d/${uid}`);
    for (const { alert, labels, annotations } of alertRules) {
      expect(["critical", "warning"], alert).toContain(labels.severity);
      expect(annotations.summary, alert).toMatch(/./);
      expect(annotations.description, alert).toContain("{{ $labels.scenario }}");
      const [address, query] = annotations.dashboard.split("?");
      expect(addresses, alert).toContain(address);
      expect(query, alert).toBe("var-scenario={{ $labels.scenario | urlquery }}");
    }
  });
});

describe.skipIf(promtool === undefined)("promtool", () => {
  it("accepts the rules", async () => {
    const { stdout } = await run(promtool!, ["check", "rules", join(outFolder, "rules.yaml")]);

    expect(stdout).toContain(`SUCCESS: ${recordingRules.length + alertRules.length} rules found`);
  });

  it("passes the tests of all alerts", async () => {
    const { stdout } = await run(promtool!, ["test", "rules", ruleTestsFile]);

    expect(stdout).toContain("SUCCESS");
  });

  // The comparison of each alert is inverted, so that it fires wrongly or never.
  it.each(alertRules.map(({ alert, expr }) => [alert, expr] as const))(
    "fails the tests of %s, when its comparison is inverted",
    async (_alert, expr) => {
      const folder = mkdtempSync(join(tmpdir(), "lossbound-rules-"));
      try {
        cpSync(dashboardsFolder, folder, { recursive: true });
        const file = join(folder, "out", "rules.yaml");
        const text = readFileSync(file, "utf8");
        const [turned] = [[" > ", " <= "] as const, [" == ", " != "] as const].flatMap(([from, to]) =>
          expr.includes(from) ? [expr.replace(from, to)] : [],
        );
        const changed = text.replace(JSON.stringify(expr), JSON.stringify(turned));
        expect(changed).not.toBe(text);
        writeFileSync(file, changed);

        const tests = join(folder, "rules.test.yaml");
        await expect(run(promtool!, ["test", "rules", tests])).rejects.toThrow("FAILED");
      } finally {
        rmSync(folder, { recursive: true });
      }
    },
  );
});
