import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { copyFile, readdir } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";

import { cachedPart } from "./cached-part.js";
import type { Hosting, Progress } from "../../processes/hosting.js";
import { runToEnd } from "../../processes/run-to-end.js";
import { requireTool } from "./tools.js";

/** Apache Kafka as it lies in the cache. */
export interface KafkaJars {
  readonly version: string;
  /** Every jar by name, in one order: an archive of classes holds for exactly this text. */
  readonly classpath: string;
}

const plugin = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies";

/** 54 MB take seconds on a good line. */
const fetchLimitMs = 15 * 60_000;

/** Has Maven copy the jars into the cache, if they are not there yet. */
export async function obtainKafkaJars(
  hosting: Hosting,
  progress: Progress,
  signal?: AbortSignal,
): Promise<KafkaJars> {
  const { pom, version, part } = kafkaRelease();
  const place = await cachedPart(hosting, part, async (folder, into) => {
    const mvn = await requireTool("mvn");
    progress(`fetching Apache Kafka ${version} (93 jars, 54 MB) with mvn, once, into ${into}`);
    // Maven may write beside the pom: it gets a copy.
    await copyFile(pom, join(folder, "pom.xml"));
    await runToEnd(
      hosting,
      {
        name: `mvn, to fetch Apache Kafka (the cache is unharmed, the next run tries again),`,
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
  const jars = join(place, "jars");
  const names = (await readdir(jars)).filter((name) => name.endsWith(".jar")).toSorted();
  return { version, classpath: names.map((name) => join(jars, name)).join(":") };
}

/** The release that the package's pom names, and the part it makes: another pom is another part. */
export function kafkaRelease(): { pom: string; version: string; part: string } {
  const pom = createRequire(import.meta.url).resolve("#package/parts/kafka/pom.xml");
  const text = readFileSync(pom, "utf8");
  const version = /<kafka\.version>([^<]+)</.exec(text)?.[1] ?? "unknown";
  const hash = createHash("sha256").update(text).digest("hex").slice(0, 8);
  return { pom, version, part: `kafka-${version}-${hash}` };
}
