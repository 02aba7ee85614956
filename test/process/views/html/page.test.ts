import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { renderIndexPage } from "../../../../src/views/html/index-page.js";
import { renderRunPage } from "../../../../src/views/html/run-page.js";
import { repeatOf } from "../../../../src/results/repeat.js";
import { anyResult } from "../../../support/any-result.js";
import { asked, results, scenario } from "../../../support/ten-trials.js";

/** Needs the build, which provides the style and the script of a page. */
describe("a page", () => {
  it("has the same elements for any texts of a result", () => {
    fc.assert(
      fc.property(anyResult, (result) => {
        for (const page of [renderRunPage(result), renderIndexPage([result])]) {
          expect(page.match(/<script\b/g)).toHaveLength(2);
          expect(page.match(/<\/(body|html|head|style)>/g)).toHaveLength(4);
        }
      }),
      { numRuns: 30 },
    );
  });

  it("of all runs shows the trials of a scenario", () => {
    const html = renderIndexPage(results, [repeatOf({ ...scenario, name: "a<b" }, asked, results)]);

    expect(html).toContain("a&#60;b: 10 of 10 trials");
    expect(html).toContain("3,990 to 4,090 for 57 %");
  });
});
