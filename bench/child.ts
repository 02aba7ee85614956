import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { LossboundError } from "../src/base/errors.js";
import { within } from "../src/base/wait.js";
import type { Environment } from "../src/environment/environment.js";

const limitMs = 300_000;

/** Where a part finds the broker, and room for its black boxes. */
export interface Place {
  bootstrap: readonly string[];
  folder: string;
}

/**
 * Runs one part of the benchmark in a process of its own, which knows no other code than its own:
 * `bench/<part>.js`, with the order as JSON. It answers with one message.
 */
export async function inChild<Result>(
  environment: Pick<Environment, "start">,
  folder: string,
  part: string,
  order: object,
): Promise<Result> {
  const child = await environment.start({
    name: `benchmark ${part}`,
    command: process.execPath,
    args: [fileURLToPath(new URL(`${part}.js`, import.meta.url)), JSON.stringify(order)],
    env: { KAFKAJS_NO_PARTITIONER_WARNING: "1" },
    output: join(folder, `${part}-${Date.now()}.txt`),
    talks: true,
  });
  const answer = new Promise<Result>((resolve, reject) => {
    child.onMessage((message) => resolve(message as Result));
    void child.ended.then((end) =>
      reject(
        new LossboundError("HARNESS", `${child.name} ended without a result (${JSON.stringify(end)})`, {
          detail: child.lastLines(),
        }),
      ),
    );
  });
  try {
    return await within(`the result of ${child.name}`, answer, limitMs);
  } finally {
    await child.stop(1_000);
  }
}

/** The child's side: does the work that it was ordered, and answers. */
export async function answer<Order>(work: (order: Order) => Promise<object> | object): Promise<void> {
  process.on("disconnect", () => process.exit(1));
  const result = await work(JSON.parse(process.argv[2]!) as Order);
  process.send!(result, () => process.exit(0));
}
