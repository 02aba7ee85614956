import { readFileSync, writeFileSync } from "node:fs";

import axe from "axe-core";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { renderIndexPage } from "../../../../src/views/html/index-page.js";
import { renderRunPage } from "../../../../src/views/html/run-page.js";
import { sendingUntil } from "../../../../src/views/html/slices.js";
import { windowsOf } from "../../../../src/views/words/windows.js";
import type { Result } from "../../../../src/results/result.js";
import { aFolder } from "../../../support/a-folder.js";
import { lossbound } from "../../../support/lossbound.js";
import { toolForTests } from "../../../support/tools.js";
import { aResult, noLoss } from "../../../support/a-result.js";
import { launch, open } from "./browser.js";

const chromium = toolForTests("google-chrome", "google-chrome-stable", "chromium", "chromium-browser");

const withFaults = `# A black hole, an outage, and three kills of a consumer.
guarantee: at-most-once
topic: { partitions: 3 }
producers: { rate: 1000/s, messages: 5000 }
consumers: { count: 2, commitEvery: 20, handle: 1ms, sessionTimeout: 1s }
faults:
  - { at: 1s, for: 500ms, on: producer-link, toxic: timeout }
  - { at: 3s, for: 400ms, on: producer-link, down: true }
  - { after: { processed: 800 }, kill: consumer, worker: 0, restartAfter: 200ms, times: 3, every: 800ms }
expect:
  lost: { min: 1, max: 3000 }
  lostBy: { rejected: { min: 200 }, in-transit: { min: 200 } }
`;
const withoutFaults = `# Nothing happens, and nothing is lost.
guarantee: at-most-once
topic: { partitions: 3 }
producers: { rate: 500/s, messages: 1000 }
consumers: { count: 1, commitEvery: 100 }
expect: { lost: 0 }
`;
const charts = ["course", "lives", "flow", "latency"];
const schemes = ["light", "dark"] as const;
const phoneWidth = 390;
const phone = { viewport: { width: phoneWidth, height: 740 }, isMobile: true, hasTouch: true };

describe.skipIf(chromium === undefined)("in a browser", () => {
  let folder: ReturnType<typeof aFolder>;
  let out: string;
  let files: string[];
  let index: string;
  const pageOf = (name: string): string => `${out}/${name}/report.html`;
  let browser: Browser;
  let results: Result[];
  beforeAll(async () => {
    folder = aFolder({ "with-faults.yaml": withFaults, "without-faults.yaml": withoutFaults });
    out = folder.file("out");
    files = ["with-faults", "without-faults"].map((name) => folder.file(`${name}.yaml`));
    index = `${out}/report.html`;
    browser = await launch(chromium!);
    results = [];
    // Two commands: the second one must not remove the results of the first one.
    for (const file of files) {
      const { stdout, stderr } = await lossbound(["run", "--json", "--seed", "3", "--out", out, file]);
      const [result] = JSON.parse(stdout) as Result[];
      if (result === undefined) throw new Error(stderr);
      results.push(result);
    }
  });
  afterAll(async () => {
    await browser.close();
    folder[Symbol.dispose]();
  });

  describe("the page of a run", () => {
    it.each(schemes)("draws every chart without console errors, in %s", async (colorScheme) => {
      await using opened = await open(browser, pageOf("with-faults"), { colorScheme });
      const { page, complaints } = opened;

      expect(await drawn(page)).toEqual(charts);
      expect(complaints).toEqual([]);
      const [light, dark] = ["rgb(244, 245, 248)", "rgb(16, 20, 27)"];
      expect(await page.evaluate("getComputedStyle(document.body).backgroundColor")).toBe(
        colorScheme === "dark" ? dark : light,
      );
      expect(await colorOf(page, "course", "1,")).toBe(colorScheme === "dark" ? "#a2abb9" : "#5c6470");
    });

    it("shows the verdict first, and all figures of the result", async () => {
      await using opened = await open(browser, pageOf("with-faults"));
      const { page } = opened;
      const result = results[0]!;
      const text = await page.locator("main").innerText();

      expect(await page.locator("main > :first-child").innerText()).toMatch(
        /^with-faults\s+held\s+A black hole, an outage, and three kills of a consumer\.\s/,
      );
      expect(text.split(/\s*\n\s*/)).toContain(`npx lossbound run ${files[0]} --seed 3`);
      for (const { name, observed } of result.expectations)
        expect(text).toMatch(new RegExp(`${name}\\s[^\\n]*\\s${observed.toLocaleString("en-US")}\\sheld`));
      const { stored: _, ...inTheFlow } = result.messages;
      const flow = await page.locator("[data-chart=flow] svg").textContent();
      for (const count of [
        inTheFlow.sent,
        inTheFlow.received,
        inTheFlow.processed,
        ...Object.values(result.lostBy),
      ])
        if (count > 0) expect(flow).toContain(count.toLocaleString("en-US"));
      const lives = await page.locator("[data-chart=lives] svg").textContent();
      for (const row of ["producer-link", "producer 0", "consumer 0", "consumer 1"])
        expect(lives).toContain(row);
    });

    it("shows each life as a bar, and each kill as a cross", async () => {
      await using opened = await open(browser, pageOf("with-faults"));
      const fills = await fillsOf(opened.page, "lives");
      const { lives, faults } = results[0]!;
      const links = faults.filter(({ on }) => on === "producer-link");

      expect(lives.filter(({ killed }) => killed)).toHaveLength(3);
      expect(fills.filter((fill) => fill === "#c0202f")).toHaveLength(3);
      expect(fills.filter((fill) => fill === "#2f86b5")).toHaveLength(5);
      expect(fills.filter((fill) => fill === "#3a4a63")).toHaveLength(1);
      expect(fills.filter((fill) => fill === "#a06a00")).toHaveLength(links.length);
    });

    it("follows the colour scheme of the system when it changes", async () => {
      await using opened = await open(browser, pageOf("with-faults"), { colorScheme: "light" });
      const { page } = opened;
      await page.emulateMedia({ colorScheme: "dark" });

      await expect.poll(() => fillsOf(page, "lives")).toContain("#58b2e0");
    });

    it("draws an even rate to its end, and kills that occurred later", async () => {
      const until = 4.6;
      const timeline = [2_000, 2_000, 2_000, 2_000, 1_200].map((sent, second) => ({
        second,
        sent,
        processed: sent,
        lostBy: noLoss(),
      }));
      const { messages, faults } = aResult();
      const late = { ...faults[0]!, on: "consumer 0", kind: "kill", appliedAt: 11_200, healedAt: 11_700 };
      const result = aResult({
        timeline,
        faults: [late],
        messages: { ...messages, sent: 9_200 },
        throughput: { sentPerSecond: 9_200 / until, processedPerSecond: 700 },
      });
      using written = aFolder({ "run.html": renderRunPage(result) });
      await using opened = await open(browser, written.file("run.html"));
      const { page } = opened;
      const lines = await page.evaluate<string[]>(
        `[...document.querySelectorAll("[data-chart=course] svg path")]` +
          `.filter((path) => path.getAttribute("stroke") === "#3a4a63" && path.getAttribute("fill") === "none")` +
          `.map((path) => path.getAttribute("d"))`,
      );
      // The longest path is the line; the others belong to the legend.
      const line = lines.toSorted((a, b) => b.length - a.length)[0]!;
      const heights = new Set(
        [...line.matchAll(/[ML ]?[0-9.]+ ([0-9.]+)/g)].map(([, y]) => Math.round(Number(y))),
      );
      expect([...heights], line).toHaveLength(1);
      const text = await page.locator("[data-chart=course] svg").textContent();
      expect(text).toContain("12");
      expect(text).toContain("kill");
    });

    it("shows a second of the chart under the pointer", async () => {
      await using opened = await open(browser, pageOf("with-faults"));
      const { page } = opened;
      const chart = page.locator("[data-chart=course] svg");
      const { width, height } = (await chart.boundingBox())!;
      const { timeline } = results[0]!;
      const { sent, lostBy } = timeline[1]!;
      // Closer to the end of that second than to its beginning; 56 and 14 are the margins of the
      // chart.
      const last = Math.max(sendingUntil(results[0]!), ...windowsOf(results[0]!).map(({ to }) => to));
      const x = 56 + ((width - 70) * 1.7) / Math.ceil(last - 0.05);
      await chart.hover({ position: { x, y: height * 0.3 } });

      await expect.poll(() => chart.textContent()).toContain("second 1 to 2");
      expect(await chart.textContent()).toContain(`sent ${sent.toLocaleString("en-US")}`);
      expect(await chart.textContent()).toContain(`in-transit ${lostBy["in-transit"]}`);
    });

    it("shows that no messages were lost", async () => {
      await using opened = await open(browser, pageOf("without-faults"));
      const { page, complaints } = opened;

      expect(await drawn(page)).toEqual(charts);
      expect(await page.locator("main").innerText()).toContain("No messages were lost.");
      expect(complaints).toEqual([]);
    });

    it("is readable without JavaScript, except for the charts", async () => {
      await using opened = await open(browser, pageOf("with-faults"), { javaScriptEnabled: false });
      const text = await opened.page.locator("main").innerText();

      expect(text).toContain("The chart needs JavaScript, which is disabled in this browser.");
      expect(text).toMatch(/in-transit\s+\d+\s/);
    });

    it("blocks all scripts but its own", async () => {
      await using opened = await open(browser, pageOf("with-faults"));
      const { page, complaints } = opened;
      await page.evaluate(
        "{ const s = document.createElement('script'); s.textContent = 'window.ran = 1'; document.body.append(s); }",
      );

      expect(await page.evaluate("window.ran")).toBeUndefined();
      expect(complaints.join()).toMatch(/Content Security Policy/);
    });
  });

  describe("on a phone", () => {
    it.each(["with-faults", "without-faults"])("%s is as wide as the screen", async (name) => {
      await using opened = await open(browser, pageOf(name), phone);
      await expectNoSidewaysScrolling(opened.page);
      expect(await drawn(opened.page)).toEqual(charts);
      expect(opened.complaints).toEqual([]);
    });

    it("the page of all runs is as wide as the screen", async () => {
      await using opened = await open(browser, index, phone);
      await expectNoSidewaysScrolling(opened.page);
    });

    it("a wider table scrolls to its last column, with a fixed first column", async () => {
      await using opened = await open(browser, index, phone);
      const { page } = opened;
      const [scenario, began] = [page.locator("tbody th").first(), page.locator("tbody time").first()];
      expect((await began.boundingBox())!.x).toBeGreaterThan(phoneWidth);
      await page.evaluate("document.querySelector('.table').scrollLeft = 10_000");
      const { x, width } = (await began.boundingBox())!;
      expect(x + width).toBeLessThanOrEqual(phoneWidth);
      const first = (await scenario.boundingBox())!;
      expect(first.x).toBeGreaterThanOrEqual(0);
      expect(first.width).toBeGreaterThan(60);
    });

    it("charts are redrawn when the phone is rotated", async () => {
      await using opened = await open(browser, pageOf("with-faults"), phone);
      const { page } = opened;
      await page.setViewportSize({ width: 740, height: 360 });

      await expect.poll(() => widthOf(page, "course")).toBeGreaterThan(600);
    });
  });

  describe("on paper", () => {
    it("is light and fits the page, even from a dark screen", async () => {
      await using opened = await open(browser, pageOf("with-faults"), { colorScheme: "dark" });
      const { page, complaints } = opened;
      await page.emulateMedia({ media: "print" });

      await expect.poll(() => widthOf(page, "course")).toBe(680);
      expect(await fillsOf(page, "lives")).toContain("#2f86b5");
      expect(await page.evaluate("getComputedStyle(document.body).color")).toBe("rgb(29, 33, 41)");
      await page.emulateMedia({ media: "screen" });
      await expect.poll(() => widthOf(page, "course")).toBeGreaterThan(900);
      await expect.poll(() => fillsOf(page, "lives")).toContain("#58b2e0");
      expect(complaints).toEqual([]);
    });

    it("is printed with light charts", async () => {
      await using opened = await open(browser, pageOf("with-faults"), { colorScheme: "dark" });
      const { page } = opened;
      await page.evaluate(
        "addEventListener('afterprint', () => {}); addEventListener('beforeprint', () => { window.printed = document.querySelector('[data-chart=lives] svg').outerHTML; });",
      );
      const pdf = await page.pdf({ format: "A4" });

      expect(pdf.subarray(0, 5).toString()).toBe("%PDF-");
      const printed = String(await page.evaluate("window.printed"));
      expect(printed).toContain('width="680"');
      expect(printed).toContain("#2f86b5");
    });
  });

  describe("for accessibility", () => {
    it.each(schemes)("axe finds nothing serious, in %s", async (colorScheme) => {
      for (const path of [pageOf("with-faults"), pageOf("without-faults"), index])
        expect(await findings(browser, path, { colorScheme }), path).toEqual([]);
    });

    it("axe finds nothing serious on a phone", async () => {
      expect(await findings(browser, pageOf("with-faults"), phone)).toEqual([]);
      expect(await findings(browser, index, phone)).toEqual([]);
    });
  });

  describe("the page of all runs", () => {
    it.each(schemes)("draws a point per run, in %s", async (colorScheme) => {
      await using opened = await open(browser, index, { colorScheme });
      const { page, complaints } = opened;

      expect(await drawn(page)).toEqual(["comparison"]);
      const text = await page.locator("[data-chart=comparison] svg").textContent();
      for (const { scenario } of results) expect(text).toContain(scenario);
      expect(complaints).toEqual([]);
    });

    it("links to the page of each run", async () => {
      await using opened = await open(browser, index);
      const { page } = opened;
      for (const { scenario, claim } of results) {
        await page.getByRole("link", { name: scenario, exact: true }).click();
        expect(await page.locator("h1").innerText()).toBe(scenario);
        expect(await page.locator(".claim").innerText()).toBe(claim);
        await page.getByRole("link", { name: "All runs in this folder" }).click();
        expect(await page.locator("h1").innerText()).toBe("lossbound");
      }
    });
  });

  describe("lossbound report", () => {
    it("writes the same pages again, for one run and for a folder of runs", async () => {
      const paths = [index, pageOf("with-faults"), pageOf("without-faults")];
      const before = paths.map((path) => readFileSync(path, "utf8"));
      for (const path of paths) writeFileSync(path, before[0]!.slice(0, 600));

      expect(await lossbound(["report", `${out}/with-faults`])).toEqual({
        code: 0,
        stdout: `${paths[1]}\n`,
        stderr: "",
      });
      expect(readFileSync(paths[1]!, "utf8")).toBe(before[1]);
      expect(await lossbound(["report", out])).toEqual({
        code: 0,
        stdout: `${paths.join("\n")}\n`,
        stderr: "",
      });
      expect(paths.map((path) => readFileSync(path, "utf8"))).toEqual(before);
    });
  });

  it.each(schemes)(
    "the page of a sweep draws its curve with the range of each point, in %s",
    async (colorScheme) => {
      // Turns the available runs into a sweep; its figures do not matter here.
      const swept = [500, 1_000, 40_000].flatMap((value) =>
        [1, 2].map((repeat) => ({
          ...results[0]!,
          step: { sweep: "swept", of: "rate" as const, value, repeat },
          throughput: { sentPerSecond: value, processedPerSecond: value },
          lossRatio: 0.1 * repeat,
        })),
      );
      using written = aFolder({ "sweep.html": renderIndexPage(swept) });
      await using opened = await open(browser, written.file("sweep.html"), { colorScheme });
      const { page, complaints } = opened;

      expect(await drawn(page)).toEqual(["curve"]);
      // The colour of in-transit in both themes.
      const red = "#e0033b";
      // Three values, each with a point above and one below.
      expect((await fillsOf(page, "curve")).filter((fill) => fill === "#fff" || fill === red)).toHaveLength(
        6,
      );
      const text = await page.locator("[data-chart=curve] svg").textContent();
      for (const words of ["sent per second", "share of sent messages lost", "lost per fault", "10,000"])
        expect(text).toContain(words);
      expect(complaints).toEqual([]);
      expect(await findings(browser, written.file("sweep.html"), { colorScheme })).toEqual([]);
    },
  );

  it("text from files and brokers is never interpreted as markup, on the page and in its charts", async () => {
    const evil = `<script>alert(1)</script><img src=x onerror=alert(2)>"'--></script><!--<script>`;
    const took = { lostBy: noLoss(), exposed: null };
    const result = aResult({
      scenario: evil,
      claim: evil,
      verdict: "broken",
      reasons: [evil],
      lostBy: noLoss({ "in-transit": 4_010 }),
      repeatWith: evil,
      environment: { kind: evil, broker: evil, proxy: evil, client: evil, node: evil },
      faults: [
        { ...took, on: evil, kind: evil, appliedAt: 100, healedAt: 900, touched: 1, probe: evil },
        { ...took, on: `{a|${evil}}`, kind: "{b}", appliedAt: 500, healedAt: null, touched: 1, probe: null },
      ],
      expectations: [{ name: evil, min: 0, max: 1, observed: 2, verdict: "broken" }],
    });
    const pages = { "run.html": renderRunPage(result), "index.html": renderIndexPage([result]) };
    using written = aFolder(pages);
    for (const [name, shown] of [
      ["run.html", ["h1", ".claim", ".reasons", "code", "tbody th", "[data-chart=lives] svg"]],
      ["index.html", ["tbody a", "[data-chart=comparison] svg"]],
    ] as const) {
      await using opened = await open(browser, written.file(name));
      const { page, complaints } = opened;
      for (const selector of shown)
        expect(await page.locator(selector).allTextContents(), selector).toContainEqual(
          // Long names of rows are truncated.
          expect.stringContaining("<script>alert("),
        );
      await page.locator("[data-chart] svg").first().hover();
      expect(await page.locator("img").count()).toBe(0);
      expect(complaints).toEqual([]);
    }
  });
});

/** Returns the charts whose drawing contains text and shapes. */
async function drawn(page: Page): Promise<string[]> {
  return await page.evaluate(
    "[...document.querySelectorAll('[data-chart]')].filter((chart) => chart.querySelectorAll('svg path').length > 3" +
      " && chart.querySelectorAll('svg text').length > 3).map((chart) => chart.dataset.chart)",
  );
}

async function fillsOf(page: Page, chart: string): Promise<string[]> {
  return await page.evaluate(
    `[...document.querySelectorAll("[data-chart=${chart}] svg path")].map((path) => path.getAttribute("fill"))`,
  );
}

/** Returns the colour of the first text of a chart with this beginning. */
async function colorOf(page: Page, chart: string, begin: string): Promise<string | undefined> {
  return await page.evaluate(
    `[...document.querySelectorAll("[data-chart=${chart}] svg text")]` +
      `.find((text) => text.textContent.startsWith("${begin}"))?.getAttribute("fill")`,
  );
}

async function widthOf(page: Page, chart: string): Promise<number> {
  return Number(await page.locator(`[data-chart=${chart}] svg`).getAttribute("width"));
}

async function expectNoSidewaysScrolling(page: Page): Promise<void> {
  await page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })");
  const [content, screen] = await page.evaluate<[number, number]>(
    "[document.documentElement.scrollWidth, document.documentElement.clientWidth]",
  );
  expect(screen).toBe(phoneWidth);
  expect(content).toBeLessThanOrEqual(screen);
}

async function findings(browser: Browser, path: string, options: BrowserContextOptions): Promise<string[]> {
  await using opened = await open(browser, path, options);
  const { page } = opened;
  await page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })");
  await page.evaluate(axe.source);
  const { violations, passes } = await page.evaluate<axe.AxeResults>("axe.run()");
  expect(passes.length).toBeGreaterThan(15);
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
}
