import { execFile } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { promisify } from "node:util";

import { obtainKafkaJars } from "../../src/environment/local/kafka-jars.js";
import { openHosting } from "../../src/processes/hosting.js";
import { inRepository } from "../support/paths.js";
import type { Engine } from "./engine.js";

const execute = promisify(execFile);
const recipes = inRepository("test", "docker", "images");

/** What the base images need that Debian has. */
const packages = ["ca-certificates", "netcat-openbsd", "openjdk-17-jre-headless", "prometheus", "wget"];

/** Names of the images as docker-compose.yml and the Dockerfile have them. */
export interface ImageNames {
  node: string;
  kafka: string;
  toxiproxy: string;
  prometheus: string;
  grafana: string;
}

/**
 * Makes the base images, under the names that they have in a registry, out of Debian's packages and of the parts that
 * lossbound itself runs: nothing is pulled.
 *
 * @param folder has room for them.
 */
export async function makeImages({ docker }: Engine, names: ImageNames, folder: string): Promise<void> {
  await importDebian(docker, folder);
  const context = join(folder, "context");
  cpSync(recipes, context, { recursive: true });
  await Promise.all([copyNode(context), copyKafka(context), copyToxiproxy(context)]);
  const build = async (name: keyof ImageNames, ...tags: string[]): Promise<void> => {
    await docker([
      "build",
      "--network=host",
      `--file=${join(context, `${name}.Dockerfile`)}`,
      ...tags.map((tag) => `--tag=${tag}`),
      context,
    ]);
  };
  await build("node", names.node, "lossbound-test/node");
  for (const name of ["kafka", "toxiproxy", "prometheus", "grafana"] as const) await build(name, names[name]);
}

/** A Debian with the packages that the images share, and without a history. */
async function importDebian(docker: Engine["docker"], folder: string): Promise<void> {
  const root = join(folder, "debian");
  const { suite, mirror } = sourceOfDebian();
  const limit = { timeout: 15 * 60_000, maxBuffer: 64 * 1024 * 1024 };
  await execute(
    "debootstrap",
    ["--variant=minbase", `--include=${packages.join(",")}`, suite, root, mirror],
    limit,
  );
  const archive = join(folder, "debian.tar");
  await execute("tar", ["--directory", root, "--create", "--file", archive, "."], limit);
  await docker(["import", archive, "lossbound-test/debian"]);
}

/** Where this machine has its own packages from. */
function sourceOfDebian(): { suite: string; mirror: string } {
  const folder = "/etc/apt/sources.list.d";
  const files = [
    "/etc/apt/sources.list",
    ...(existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : []),
  ].filter((file) => existsSync(file));
  for (const text of files.map((file) => readFileSync(file, "utf8"))) {
    const [, mirror, suite] = /^deb (?:\[[^\]]*\] )?(\S+) ([a-z]+) /m.exec(text) ?? [];
    if (mirror !== undefined && suite !== undefined) return { mirror, suite };
    const uris = /^URIs: *(\S+)/m.exec(text)?.[1];
    const suites = /^Suites: *([a-z]+)/m.exec(text)?.[1];
    if (uris !== undefined && suites !== undefined) return { mirror: uris, suite: suites };
  }
  throw new Error(`no source of Debian packages in ${files.join(", ")}`);
}

/** This machine's Node, and how its npm finds its registry. */
async function copyNode(context: string): Promise<void> {
  cpSync(process.execPath, join(context, "node"));
  const npm = join((await execute("npm", ["root", "--global"])).stdout.trim(), "npm");
  cpSync(npm, join(context, "npm"), { recursive: true, dereference: true });
  const settings = JSON.parse((await execute("npm", ["config", "list", "--json"])).stdout) as Record<
    string,
    unknown
  >;
  const own = ["registry", "proxy", "https-proxy", "noproxy", "strict-ssl"];
  const lines = own.flatMap((key) => (settings[key] == null ? [] : [`${key}=${String(settings[key])}`]));
  writeFileSync(join(context, "npmrc"), `${lines.join("\n")}\n`);
  const certificates = process.env["NODE_EXTRA_CA_CERTS"] ?? settings["cafile"];
  writeFileSync(
    join(context, "certificates.pem"),
    typeof certificates === "string" ? readFileSync(certificates) : "",
  );
}

async function copyKafka(context: string): Promise<void> {
  const hosting = await openHosting(() => {});
  try {
    const { classpath } = await obtainKafkaJars(hosting, () => {});
    mkdirSync(join(context, "jars"));
    for (const jar of classpath.split(":"))
      cpSync(jar, join(context, "jars", jar.slice(dirname(jar).length + 1)));
  } finally {
    await hosting[Symbol.asyncDispose]();
  }
}

async function copyToxiproxy(context: string): Promise<void> {
  const tools = await goTools("toxiproxy");
  cpSync(join(tools, "server"), join(context, "toxiproxy"));
  cpSync(join(tools, "cli"), join(context, "toxiproxy-cli"));
}

/** The folder of programs in Go that are built once. */
export async function goTools(name: "compose" | "toxiproxy"): Promise<string> {
  const script = inRepository("scripts", "go-tool-folder.mjs");
  const { stdout } = await execute(process.execPath, [script, name], { timeout: 30 * 60_000 });
  return stdout.trim();
}
