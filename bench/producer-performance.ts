import { readFileSync } from "node:fs";
import { join } from "node:path";

import { LossboundError } from "../src/base/errors.js";
import { within } from "../src/base/wait.js";
import type { LocalEnvironment } from "../src/environment/local/local.js";

const limitMs = 120_000;

/** Messages a second of Kafka's own producer benchmark, from its last line, the start of its JVM left out. */
export async function producerPerformance(
  environment: LocalEnvironment,
  folder: string,
  order: { topic: string; messages: number; size: number },
): Promise<number> {
  const output = join(folder, `producer-performance-${Date.now()}.txt`);
  const tool = await environment.start({
    name: "ProducerPerformance",
    command: environment.java,
    args: [
      "-Xmx512m",
      "-classpath",
      environment.classpath,
      "org.apache.kafka.tools.ProducerPerformance",
      `--topic=${order.topic}`,
      `--num-records=${order.messages}`,
      `--record-size=${order.size}`,
      "--throughput=-1",
      "--producer-props",
      `bootstrap.servers=${environment.bootstrap.join()}`,
      "acks=0",
    ],
    output,
  });
  try {
    await within("ProducerPerformance to end", tool.ended, limitMs);
  } finally {
    await tool.stop(1_000);
  }
  const text = readFileSync(output, "utf8");
  const rates = [...text.matchAll(/([\d.]+) records\/sec/g)].map(([, rate]) => Number(rate));
  if (tool.end?.code !== 0 || rates.length === 0) {
    throw new LossboundError("ENVIRONMENT", "ProducerPerformance gave no figure", {
      detail: tool.lastLines(),
    });
  }
  return rates.at(-1)!;
}
