import { describe, expect, it } from "vitest";

import { waitUntil } from "../../../src/base/wait.js";
import { type MetricsServer, serveMetrics } from "../../../src/metrics/server.js";

const { signal } = new AbortController();
const host = "127.0.0.1";
let renders = 0;
/** The scrapers that were answered. */
const given: string[] = [];
const exporter = {
  contentType: "text/plain; version=0.0.4",
  scrape: async (scraper: string) => ({
    text: `looks ${++renders}\n`,
    given: () => void given.push(scraper),
  }),
};

async function withServer(use: (server: MetricsServer) => Promise<void>): Promise<void> {
  await using server = await serveMetrics(exporter, { host, port: 0 });
  await use(server);
}

describe("the server of the metrics", () => {
  it("serves them at /metrics only", () =>
    withServer(async ({ url }) => {
      const response = await fetch(url);
      expect([response.status, response.headers.get("content-type")]).toEqual([200, exporter.contentType]);
      expect(await response.text()).toMatch(/^looks \d+\n$/);
      expect((await fetch(new URL("/", url))).status).toBe(404);
      expect((await fetch(url, { method: "POST" })).status).toBe(405);
      expect((await fetch(`${url}?x=1`)).status).toBe(200);
    }));

  it("distinguishes scrapers by address and user agent, and does not count HEAD requests", () =>
    withServer(async ({ url }) => {
      given.length = 0;
      const ask = async (name: string, method = "GET"): Promise<string> =>
        await (await fetch(url, { method, headers: { "user-agent": name } })).text();
      expect(await ask("Prometheus/2.42.0")).toMatch(/^looks/);
      expect(await ask("curl/8", "HEAD")).toBe("");
      expect(await ask("curl/8")).toMatch(/^looks/);
      await waitUntil("both to be given", () => given.length === 2, { limitMs: 5_000 });
      expect(given).toEqual([`${host} Prometheus/2.42.0`, `${host} curl/8`]);
    }));

  it("fails with the address in use and a hint, when it cannot listen", () =>
    withServer(async ({ url }) => {
      const port = Number(new URL(url).port);
      await expect(serveMetrics(exporter, { host, port })).rejects.toMatchObject({
        code: "ENVIRONMENT",
        message: `cannot serve metrics at ${host}:${port}: the address is in use; use --metrics-port 0 for a free port`,
      });
      await expect(serveMetrics(exporter, { host: "192.0.2.1", port: 0 })).rejects.toMatchObject({
        code: "ENVIRONMENT",
        message: expect.stringMatching(/^cannot serve metrics at 192\.0\.2\.1:0: .*EADDRNOTAVAIL/),
      });
    }));

  it("waits for a scrape that starts after the end", () =>
    withServer(async (server) => {
      await (await fetch(server.url)).text();
      expect(await server.nextScrape(150, signal)).toBe(false);

      const seen = server.nextScrape(10_000, signal);
      await (await fetch(new URL("/", server.url))).text();
      await fetch(server.url, { method: "HEAD" });
      await (await fetch(server.url)).text();
      expect(await seen).toBe(true);
    }));

  it("stops waiting when the run is interrupted", () =>
    withServer(async (server) => {
      const interruption = new AbortController();
      const waiting = server.nextScrape(60_000, interruption.signal);
      interruption.abort(new Error("interrupted"));
      await expect(waiting).rejects.toThrow("interrupted");
    }));

  it("closes at its end, even with open connections", async () => {
    let url = "";
    await withServer(async (server) => {
      ({ url } = server);
      await (await fetch(url)).text();
    });
    await expect(fetch(url)).rejects.toThrow("fetch failed");
  });
});
