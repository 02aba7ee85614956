import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { copyFile, readdir } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";

import { cachedPart } from "./cached-part.js";
import type { Hosting, Progress } from "../../processes/hosting.js";
import { runToEnd } from "../../processes/run-to-end.js";
import { requireTool } from "./tools.js";

/** Apache Kafka in the cache. */
export interface KafkaJars {
  readonly version: string;
  /**
   * All jars in a fixed order, because a class-data archive is valid for exactly this text only.
   */
  readonly classpath: string;
}

const plugin = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies";

/** 54 MB take seconds on a fast connection. */
const fetchLimitMs = 15 * 60_000;

/** Makes Maven copy the jars into the cache, unless they are cached already. */
export async function obtainKafkaJars(
  hosting: Hosting,
  progress: Progress,
  signal?: AbortSignal,
): Promise<KafkaJars> {
  const { pom, version, part } = kafkaRelease();
  const cached = await cachedPart(hosting, part, async (folder, destination) => {
    const mvn = await requireTool("mvn");
    progress(`downloading Apache Kafka ${version} with mvn (once, 93 jars, 54 MB) to ${destination}`);
    // Maven may write next to the pom, so it gets a copy.
    await copyFile(pom, join(folder, "pom.xml"));
    await runToEnd(
      hosting,
      {
        name: "the download of Apache Kafka with mvn (the cache is unchanged; the next run retries)",
        command: mvn.path,
        args: [
          "--batch-mode",
          "--no-transfer-progress",
          "-Dstyle.color=never",
          `--file=${join(folder, "pom.xml")}`,
          plugin,
          "-DincludeScope=runtime",
          `-DoutputDirectory=${join(folder, "jars")}`,
        ],
        cwd: folder,
        output: join(folder, "mvn.log"),
      },
      { limitMs: fetchLimitMs, signal },
    );
  });
  const jars = join(cached, "jars");
  const names = (await readdir(jars)).filter((name) => name.endsWith(".jar")).toSorted();
  return { version, classpath: names.map((name) => join(jars, name)).join(":") };
}

/**
 * Returns the release in the package's pom and the name of its part, which differs for each pom.
 */
export function kafkaRelease(): { pom: string; version: string; part: string } {
  const pom = createRequire(import.meta.url).resolve("#package/parts/kafka/pom.xml");
  const text = readFileSync(pom, "utf8");
  const version = /<kafka\.version>([^<]+)</.exec(text)?.[1] ?? "unknown";
  const hash = createHash("sha256").update(text).digest("hex").slice(0, 8);
  return { pom, version, part: `kafka-${version}-${hash}` };
}
