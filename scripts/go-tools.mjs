/**
 * Go programs that build or check files of the repository, each at a fixed version and built once
 * into lossbound's cache. They are not needed to run lossbound.
 */
import { existsSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";

import { cachedPart, partsFolder } from "#build/environment/local/cached-part.js";
import { openHosting } from "#build/processes/hosting.js";
import { runToEnd } from "#build/processes/run-to-end.js";
import { requireTool } from "#build/environment/local/tools.js";

const sources = {
  "go-jsonnet": {
    module: "github.com/google/go-jsonnet",
    version: "0.22.0",
    programs: ["jsonnet", "jsonnetfmt", "jsonnet-lint"],
  },
  "compose-go": {
    module: "github.com/compose-spec/compose-go/v2",
    version: "2.16.2",
    programs: [""],
  },
  // The program is called cmd; as a plugin of docker it must be called docker-compose. Its go.mod
  // excludes versions, which `go install` accepts only in the main module.
  compose: {
    module: "github.com/docker/compose/v2",
    version: "2.40.3",
    programs: [""],
    inModule: true,
  },
  // Without C libraries, so that an image needs no other files.
  toxiproxy: {
    module: "github.com/Shopify/toxiproxy/v2",
    version: "2.12.0",
    programs: ["server", "cli"],
    env: { CGO_ENABLED: "0" },
  },
};

/** A build takes 8 s on two cores with an empty Go cache. */
const buildLimitMs = 10 * 60_000;

/** Returns the folder with the programs of `name`, each under Go's name for it. */
export async function goTools(name) {
  const { module, version, programs, env = {}, inModule = false } = sources[name];
  const part = `${name}-${version}`;
  const cached = join(partsFolder(), part);
  // A cached part is always complete, so do not start a warden for it.
  if (existsSync(cached)) return cached;
  const hosting = await openHosting((line) => console.error(line));
  try {
    return await cachedPart(hosting, part, async (folder, destination) => {
      const go = await requireTool("go");
      console.error(`building ${name} ${version} with go (once) in ${destination}`);
      const packages = programs.map((program) => packageOf(module, program));
      const cwd = join(folder, "build");
      await mkdir(cwd);
      for (const args of stepsOf(packages, version, { inModule, folder })) {
        await runToEnd(
          hosting,
          {
            name: `the build of ${name} with go ${args[0]} (the cache is unchanged; the next run retries)`,
            command: go.path,
            args,
            env: { GOBIN: folder, ...env },
            cwd,
            output: join(folder, "go.log"),
          },
          { limitMs: buildLimitMs },
        );
      }
      await rm(cwd, { recursive: true });
    });
  } finally {
    await hosting[Symbol.asyncDispose]();
  }
}

/** Returns the arguments of the go commands to run one after another. */
function stepsOf(packages, version, { inModule, folder }) {
  const versioned = packages.map((name) => `${name}@v${version}`);
  if (!inModule) return [["install", ...versioned]];
  return [
    ["mod", "init", "lossbound-tools"],
    ["get", ...versioned],
    ["build", "-o", `${folder}/`, ...packages],
  ];
}

function packageOf(module, program) {
  return [module, "cmd", program].filter((part) => part !== "").join("/");
}
