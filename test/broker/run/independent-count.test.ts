import { execFile } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { type Laboratory, openLaboratory } from "../../support/laboratory.js";

const scenario = `
guarantee: at-most-once
topic: { partitions: 3 }
producers: { count: 2, rate: 2000/s, messages: 6001, size: 100B }
consumers: { count: 2, commitEvery: 50 }
faults:
  - { at: 1s, for: 500ms, on: producer-link, toxic: timeout }
expect:
  lost: { min: 1 }
`;

describe("the scan", () => {
  let lab: Laboratory;
  beforeAll(async () => {
    lab = await openLaboratory();
  });
  afterAll(() => lab[Symbol.asyncDispose]());

  it("counts what Kafka's own DumpLogSegments and GetOffsetShell count in the same topic", async () => {
    const { messages } = await lab.run("independent-count", scenario);

    expect(messages.lost).toBeGreaterThan(0);
    expect(messages.stored).toBe(messages.sent - messages.lost);
    expect(await recordsByDumpLogSegments(lab)).toBe(messages.stored);
    expect(await recordsByOffsets(lab)).toBe(messages.stored);
  });
});

const topicOfRun = /^lossbound-independent-count-[0-9a-f]{8}-(\d+)$/;

async function recordsByDumpLogSegments({ environment }: Laboratory): Promise<number> {
  const files = environment.logDirs.flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => topicOfRun.test(name))
      .flatMap((name) => segmentsIn(join(folder, name))),
  );
  expect(files).toHaveLength(3);
  const printed = await kafkaTool(environment, "kafka.tools.DumpLogSegments", ["--files", files.join(",")]);
  // One line per record batch: `baseOffset: 0 lastOffset: 19 count: 20 …`.
  return sum([...printed.matchAll(/^baseOffset: .* count: (\d+) /gm)].map(([, count]) => Number(count)));
}

function segmentsIn(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(".log"))
    .map((name) => join(folder, name));
}

async function recordsByOffsets({ environment }: Laboratory): Promise<number> {
  const printed = await kafkaTool(environment, "org.apache.kafka.tools.GetOffsetShell", [
    "--bootstrap-server",
    environment.bootstrap.join(","),
    "--topic",
    "lossbound-independent-count-.*",
  ]);
  // `topic:partition:end offset`; every log starts at 0.
  return sum([...printed.matchAll(/^lossbound-[^:]+:\d+:(\d+)$/gm)].map(([, end]) => Number(end)));
}

async function kafkaTool(
  { java, classpath }: Laboratory["environment"],
  tool: string,
  args: readonly string[],
): Promise<string> {
  const { stdout } = await promisify(execFile)(java, ["-cp", classpath, tool, ...args], {
    maxBuffer: 1 << 26,
  });
  return stdout;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
