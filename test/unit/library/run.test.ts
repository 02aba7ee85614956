import { describe, expect, test } from "vitest";

import { repeatWith } from "../../../src/library/rerun-command.js";
import { compareGuarantees, runScenario, runScenarios } from "../../../src/library/run.js";
import { sweepScenario } from "../../../src/library/sweep.js";
import { aFolder } from "../../support/a-folder.js";
import { aScenario } from "../../support/a-scenario.js";

describe("before it starts anything, the library refuses", () => {
  test.each(["", "../up", "Upper", "a b", "n".repeat(65), undefined])("the name %j", async (name) => {
    const scenario = { ...aScenario({}), name: name as string };
    await expect(runScenario(scenario)).rejects.toMatchObject({
      code: "INPUT",
      message: expect.stringContaining("allowed is a-z, 0-9 and -, at most 64 of them"),
    });
  });

  test("to sweep what has no name", async () => {
    await expect(sweepScenario({ ...aScenario({}), name: "../up" })).rejects.toMatchObject({
      code: "INPUT",
    });
  });

  test.each([-1, 0.5, 2 ** 32, Number.NaN, "7" as unknown as number])("the seed %j", async (seed) => {
    await expect(runScenario(aScenario({}), { seed })).rejects.toMatchObject({
      code: "USAGE",
      message: expect.stringContaining("a whole number from 0 to 4294967295"),
    });
  });

  test("two scenarios of one name", async () => {
    await expect(runScenarios([aScenario({}), aScenario({})])).rejects.toMatchObject({
      code: "USAGE",
      message: expect.stringContaining("are both the scenario synthetic"),
    });
  });

  test("to compare what has no name", async () => {
    await expect(compareGuarantees({ ...aScenario({}), name: "no name" })).rejects.toMatchObject({
      code: "INPUT",
    });
  });

  test("to harm or to set brokers that are not its own", async () => {
    const options = {
      environment: "external",
      brokers: ["127.0.0.1:1"],
      toxiproxy: "http://127.0.0.1:1",
    } as const;
    const set = { ...aScenario({}), brokers: { count: 1, config: { "log.retention.ms": "500" } } } as const;
    await expect(runScenario(set, options)).rejects.toMatchObject({
      code: "USAGE",
      message: expect.stringContaining("sets brokers.config, which cannot be applied to an existing cluster"),
    });
    const kill = { kind: "broker", action: "kill", broker: { kind: "index", index: 0 } } as const;
    const when = { trigger: { kind: "at", ms: 0 }, for: 500, times: 1, every: 0 } as const;
    await expect(runScenario(aScenario({ faults: [{ ...kill, ...when }] }), options)).rejects.toMatchObject({
      code: "USAGE",
      message: expect.stringContaining(
        "has a fault on a broker, which cannot be applied to an existing cluster",
      ),
    });
  });

  test("a command where no broker advertises a proxy, and to compare one", async () => {
    const scenario = aScenario({});
    const commanded = { ...scenario, producers: { ...scenario.producers, command: ["send"] } };
    const options = { environment: "external", brokers: ["127.0.0.1:1"], toxiproxy: "http://x" } as const;
    await expect(runScenario(commanded, options)).rejects.toMatchObject({
      code: "USAGE",
      message: expect.stringContaining("only brokers of the local environment can advertise the proxies"),
    });
    await expect(compareGuarantees(commanded)).rejects.toMatchObject({
      code: "USAGE",
      message: expect.stringContaining("how it works under another guarantee is its own business"),
    });
  });

  test("a place for the results that is none", async () => {
    using folder = aFolder({ synthetic: "a file" });
    await expect(runScenario(aScenario({}), { out: folder.path })).rejects.toMatchObject({
      code: "USAGE",
      message: expect.stringContaining("exists and is not the result of a run"),
    });
  });
});

describe("the command that repeats a run", () => {
  test("names the file and the seed", () => {
    expect(repeatWith("scenarios/baseline.yaml", 7, {})).toBe(
      "npx lossbound run scenarios/baseline.yaml --seed 7",
    );
  });

  test("compares where that was asked for", () => {
    expect(repeatWith("a.yaml", 7, {}, "compare")).toBe("npx lossbound compare a.yaml --seed 7");
  });

  test("quotes what a shell would take apart", () => {
    expect(repeatWith("my files/it's $HOME.yaml", 7, {})).toBe(
      "npx lossbound run 'my files/it'\\''s $HOME.yaml' --seed 7",
    );
    expect(repeatWith("-dir/a.yaml", 7, {})).toBe("npx lossbound run ./-dir/a.yaml --seed 7");
  });

  test("names the addresses of an external environment", () => {
    const options = { brokers: ["a:1", "b:2"], toxiproxy: "http://[::1]:8474", proxyHost: "10.0.0.1" };
    expect(repeatWith("a.yaml", 7, { environment: "external", ...options })).toBe(
      "npx lossbound run a.yaml --seed 7 --brokers a:1,b:2 --toxiproxy 'http://[::1]:8474' --proxy-host 10.0.0.1",
    );
  });

  test("names where the proxies of docker compose were told to listen", () => {
    expect(repeatWith("a.yaml", 7, { environment: "docker" })).toBe(
      "npx lossbound run a.yaml --seed 7 --environment docker",
    );
    expect(repeatWith("a.yaml", 7, { environment: "docker", proxyHost: "127.0.0.1" })).toBe(
      "npx lossbound run a.yaml --seed 7 --environment docker --proxy-host 127.0.0.1",
    );
  });
});
