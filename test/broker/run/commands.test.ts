import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import type { Driver } from "../../../src/kafka/driver.js";
import { kafkajsDriver } from "../../../src/kafka/kafkajs/driver.js";
import { type Laboratory, openLaboratory } from "../../support/laboratory.js";
import { inRepository } from "../../support/paths.js";

const exampleOf = (name: string): string => readFileSync(inRepository("examples", `${name}.yaml`), "utf8");
const example = exampleOf("verifiable-producer");

/** The output of a command's life, read without any knowledge of lossbound. */
function reportedIn(folder: string, file: string): { succeeded: string[]; failed: string[] } {
  const lines = readFileSync(join(folder, file), "utf8").split("\n").slice(0, -1);
  const events = lines.map((line) => JSON.parse(line) as { name: string; value?: string });
  const valuesOf = (name: string) => events.flatMap((event) => (event.name === name ? [event.value!] : []));
  return { succeeded: valuesOf("producer_send_success"), failed: valuesOf("producer_send_error") };
}

describe("Kafka's own VerifiableProducer as the producer", () => {
  let lab: Laboratory;
  /** Every value that the auditor received. */
  const stored: string[] = [];
  const driver: Driver = {
    ...kafkajsDriver,
    readLog: (connection, order) =>
      kafkajsDriver.readLog(connection, {
        ...order,
        onRecord: (partition, offset, value) => {
          stored.push(value!.toString());
          order.onRecord(partition, offset, value);
        },
      }),
  };
  beforeAll(async () => {
    lab = await openLaboratory({ count: 1, advertiseTo: ["producer"] });
  });
  afterAll(() => lab[Symbol.asyncDispose]());

  it("loses in a black hole, and by its death, exactly what it reported and the log does not have", async () => {
    stored.length = 0;
    const result = await lab.run("verifiable-producer", example, { driver });
    const folder = join(lab.out, "verifiable-producer");
    const lives = [0, 1].map((life) => reportedIn(folder, `producer-${life}.0.txt`));

    expect(result.verdict, result.reasons.join("; ")).toBe("held");
    expect(result.faults).toEqual([
      expect.objectContaining({ kind: "timeout", touched: expect.any(Number) }),
      expect.objectContaining({ kind: "kill", touched: 1 }),
    ]);
    expect(result.faults[0]!.touched).toBeGreaterThan(0);
    // The second life ended by itself; the first was killed after 2,500 messages were sent.
    expect(lives[1]!.succeeded).toHaveLength(6000);
    const reported = lives[0]!.succeeded.length + lives[0]!.failed.length;
    expect(reported).toBeGreaterThanOrEqual(2500);
    expect(reported).toBeLessThan(6000);

    // Numbers are sent in order: up to the highest one seen anywhere, all were sent.
    const seen = new Set([...stored, ...lives.flatMap(({ succeeded, failed }) => [...succeeded, ...failed])]);
    const sent = [0, 1].flatMap((life) => {
      const numbers = [...seen].flatMap((value) =>
        value.startsWith(`${life}.`) ? [Number(value.slice(2))] : [],
      );
      return Array.from({ length: Math.max(...numbers) + 1 }, (_, number) => `${life}.${number}`);
    });
    const inLog = new Set(stored);
    const lost = sent.filter((value) => !inLog.has(value));
    // A message in transit when the black hole's connections close is given up, and reported.
    const rejected = lives.flatMap(({ failed }) => failed).filter((value) => !inLog.has(value));
    expect(result.messages).toMatchObject({
      planned: 12_000,
      sent: sent.length,
      unsent: 12_000 - sent.length,
      stored: inLog.size,
      processed: inLog.size,
      lost: lost.length,
      duplicated: 0,
    });
    expect(result.lostBy).toMatchObject({
      "in-transit": lost.length - rejected.length,
      rejected: rejected.length,
      "client-buffer": 0,
      refused: 0,
    });
    expect(lost.length).toBeGreaterThan(rejected.length);
    expect(result.witnesses).toEqual(["reports"]);
    expect(result.untold).toHaveLength(4);
    expect(result.prediction).toMatchObject({
      kind: "unpredicted",
      why: expect.stringContaining("a command"),
    });
  });

  it("loses nothing without a fault, and nothing that it still holds when it is asked to end", async () => {
    const load = example.slice(0, example.indexOf("faults:"));
    const control = await lab.run("control", `${load}faults: []\nexpect: { lost: 0 }\n`);
    expect(control.verdict, control.reasons.join("; ")).toBe("held");
    expect(control.messages).toMatchObject({ planned: 12_000, sent: 12_000, processed: 12_000, lost: 0 });

    const stop =
      "faults: [{ after: { sent: 1500 }, stop: producer, restartAfter: 200ms }]\nexpect: { lost: 0 }\n";
    const stopped = await lab.run("stopped", `${load}${stop}`);
    expect(stopped.verdict, stopped.reasons.join("; ")).toBe("held");
    expect(stopped.faults[0]).toMatchObject({ kind: "stop", touched: 1 });
    expect(stopped.messages.sent).toBeGreaterThanOrEqual(7500);
  });

  it("ends the run if it does not start, or does not speak the protocol", async () => {
    const withCommand = (command: string[]) =>
      `guarantee: at-most-once\nproducers: { rate: 100/s, messages: 100, command: ${JSON.stringify(command)} }\nexpect: { lost: 0 }\n`;
    await expect(
      lab.run("no-program", withCommand(["/no/such/program", "{brokers} {topic} {prefix}"])),
    ).rejects.toMatchObject({
      code: "ENVIRONMENT",
      message: expect.stringMatching(/cannot start producer 0/),
    });
    await expect(
      lab.run("no-protocol", withCommand(["echo", "sending to {brokers}, {topic}, {prefix}"])),
    ).rejects.toMatchObject({
      code: "ENVIRONMENT",
      message: expect.stringMatching(
        /^output of producer 0, line 1: expected one JSON object .*, got sending to 127\.0\.0\.1:\d+, lossbound-no-protocol-/,
      ),
    });
    await expect(
      lab.run("bad-end", withCommand(["sh", "-c", "echo {brokers} {topic} {prefix} >&2; exit 7"])),
    ).rejects.toMatchObject({
      code: "ENVIRONMENT",
      message: "producer 0 ended by itself (exit 7)",
      detail: expect.stringMatching(/^127\.0\.0\.1:\d+ lossbound-bad-end-/),
    });
  });
});

describe("Kafka's own VerifiableConsumer as the consumer", () => {
  let lab: Laboratory;
  beforeAll(async () => {
    lab = await openLaboratory({ count: 1, advertiseTo: ["producer", "consumer"] });
  });
  afterAll(() => lab[Symbol.asyncDispose]());

  it("loses nothing when it is killed, and repeats exactly what it reports twice", async () => {
    const result = await lab.run("verifiable-consumer", exampleOf("verifiable-consumer"));
    const folder = join(lab.out, "verifiable-consumer");
    const records = readdirSync(folder)
      .filter((name) => /^consumer-[0-9]+[.][0-9]+[.]txt$/u.test(name))
      .flatMap((name) => recordsIn(folder, name));
    const often = new Map<string, number>();
    for (const value of records) often.set(value, (often.get(value) ?? 0) + 1);
    const again = [...often.values()].filter((times) => times > 1).length;

    expect(result.verdict, result.reasons.join("; ")).toBe("held");
    expect(result.messages).toMatchObject({
      sent: 6000,
      stored: 6000,
      processed: often.size,
      duplicated: again,
      lost: 0,
      unread: 0,
      indeterminate: 0,
    });
    expect(often.size).toBe(6000);
    expect(result.lives.filter(({ role }) => role === "consumer")).toHaveLength(3);
    const [hole, kill] = result.faults;
    expect(hole).toMatchObject({ kind: "timeout", on: "consumer-link" });
    expect(hole!.touched).toBeGreaterThan(0);
    expect(kill).toMatchObject({ kind: "kill", touched: 1 });
    expect(result.untold).toHaveLength(6);
  });

  it("ends the run if it does not print its records", async () => {
    const silent = exampleOf("verifiable-consumer").replace("    - --verbose\n", "");
    await expect(lab.run("silent", silent)).rejects.toMatchObject({
      code: "ENVIRONMENT",
      message: expect.stringMatching(
        /^output of consumer [01], line \d+: expected a record_data line .*, got none for \d+ records/,
      ),
    });
  });
});

/** The values that a life of a commanded consumer reported, without an incomplete last line. */
function recordsIn(folder: string, file: string): string[] {
  const lines = readFileSync(join(folder, file), "utf8").split("\n").slice(0, -1);
  return lines
    .map((line) => JSON.parse(line) as { name: string; value?: string })
    .flatMap(({ name, value }) => (name === "record_data" ? [value!] : []));
}
