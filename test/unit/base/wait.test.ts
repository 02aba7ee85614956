import { describe, expect, it } from "vitest";

import { pause, unlessAborted, withinOrSoon } from "../../../src/base/wait.js";

const forever = new Promise<never>(() => {});
const interrupted = new Error("interrupted");

describe("unlessAborted", () => {
  it("settles like its promise", async () => {
    const { signal } = new AbortController();
    expect(await unlessAborted(Promise.resolve(1), signal)).toBe(1);
    await expect(unlessAborted(Promise.reject(new Error("no")), signal)).rejects.toThrow("no");
  });

  it("throws the signal's reason when the signal is or has been aborted", async () => {
    const controller = new AbortController();
    const waiting = unlessAborted(forever, controller.signal);
    controller.abort(interrupted);
    await expect(waiting).rejects.toBe(interrupted);
    await expect(unlessAborted(forever, controller.signal)).rejects.toBe(interrupted);
  });
});

describe("withinOrSoon", () => {
  const slow = (ms: number) => pause(ms).then(() => "clean");

  it("waits for up to limitMs without an interruption", async () => {
    const { signal } = new AbortController();
    expect(await withinOrSoon("it", slow(30), { limitMs: 5_000, hurryMs: 1, signal })).toBe("clean");
    const limits = { limitMs: 10, hurryMs: 1, signal };
    await expect(withinOrSoon("it", forever, limits)).rejects.toMatchObject({ code: "DEADLINE" });
  });

  it("waits for up to hurryMs after the signal is aborted", async () => {
    const controller = new AbortController();
    const limits = { limitMs: 60_000, signal: controller.signal };
    const never = withinOrSoon("it", forever, { ...limits, hurryMs: 20 });
    const quick = withinOrSoon("it", slow(20), { ...limits, hurryMs: 5_000 });
    controller.abort(interrupted);
    await expect(never).rejects.toMatchObject({ code: "DEADLINE" });
    expect(await quick).toBe("clean");
  });
});
