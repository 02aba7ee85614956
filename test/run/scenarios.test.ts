import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";

import { type Result, judgeFolder, runScenarios } from "lossbound";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

/** Every shipped scenario, once, through the library as its users import it. */
const files = readdirSync("scenarios")
  .filter((name) => name.endsWith(".yaml"))
  .map((name) => join("scenarios", name));

describe("the shipped scenario", () => {
  const results = new Map<string, Result>();
  let out: string;
  beforeAll(async () => {
    out = mkdtempSync(join(tmpdir(), "lossbound-test-"));
    await runScenarios(files, { out, onResult: (result) => results.set(result.scenario, result) });
  }, 600_000);
  afterAll(() => rmSync(out, { recursive: true, force: true }));

  describe.each(files.map((file) => basename(file, ".yaml")))("%s", (name) => {
    it("holds its bounds", () => {
      const { verdict, reasons, expectations } = results.get(name)!;
      expect(verdict, `${reasons.join("; ")} ${JSON.stringify(expectations)}`).toBe("held");
    });

    it("accounts for every message, and agrees with itself", () => {
      const { messages, lostBy, silentlyLost, timeline, faults } = results.get(name)!;
      const { planned, unsent, sent, processed, lost, unread, indeterminate } = messages;
      const byCause = Object.values(lostBy).reduce((sum, count) => sum + count, 0);

      expect(unsent + sent).toBe(planned);
      expect(processed + lost + unread + indeterminate).toBe(sent);
      expect(byCause).toBe(lost);
      expect(silentlyLost + lostBy.rejected).toBe(lost);
      expect(timeline.reduce((sum, second) => sum + second.sent, 0)).toBe(sent);
      expect(faults.every(({ appliedAt, touched }) => appliedAt !== null && touched > 0)).toBe(true);
    });

    it("is judged the same from its files", async () => {
      expect(await judgeFolder(join(out, name))).toEqual(results.get(name));
    });
  });
});
