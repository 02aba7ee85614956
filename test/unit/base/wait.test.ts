import { describe, expect, it } from "vitest";

import { pause, unlessAborted, withinOrSoon } from "../../../src/base/wait.js";

const forever = new Promise<never>(() => {});
const interrupted = new Error("interrupted");

describe("what is waited for unless it is aborted", () => {
  it("is what it comes to", async () => {
    const { signal } = new AbortController();
    expect(await unlessAborted(Promise.resolve(1), signal)).toBe(1);
    await expect(unlessAborted(Promise.reject(new Error("no")), signal)).rejects.toThrow("no");
  });

  it("is no longer waited for from then on", async () => {
    const controller = new AbortController();
    const waiting = unlessAborted(forever, controller.signal);
    controller.abort(interrupted);
    await expect(waiting).rejects.toBe(interrupted);
    await expect(unlessAborted(forever, controller.signal)).rejects.toBe(interrupted);
  });
});

describe("what cleans up", () => {
  const slow = (ms: number) => pause(ms).then(() => "clean");

  it("has its time", async () => {
    const { signal } = new AbortController();
    expect(await withinOrSoon("it", slow(30), { limitMs: 5_000, hurryMs: 1, signal })).toBe("clean");
    const limits = { limitMs: 10, hurryMs: 1, signal };
    await expect(withinOrSoon("it", forever, limits)).rejects.toMatchObject({ code: "DEADLINE" });
  });

  it("is to hurry once nobody waits any more, and may come to its end even then", async () => {
    const controller = new AbortController();
    const limits = { limitMs: 60_000, signal: controller.signal };
    const never = withinOrSoon("it", forever, { ...limits, hurryMs: 20 });
    const quick = withinOrSoon("it", slow(20), { ...limits, hurryMs: 5_000 });
    controller.abort(interrupted);
    await expect(never).rejects.toMatchObject({ code: "DEADLINE" });
    expect(await quick).toBe("clean");
  });
});
