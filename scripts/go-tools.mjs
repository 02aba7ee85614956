/**
 * Programs in Go that build or check what is in the repository, each at one version, built once into
 * lossbound's cache. Nobody who runs lossbound needs them.
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
  // The program is called cmd; as a plugin of docker it has to be called docker-compose. Its go.mod excludes
  // versions, which `go install` does not take of a module that is not the main one.
  compose: {
    module: "github.com/docker/compose/v2",
    version: "2.40.3",
    programs: [""],
    inModule: true,
  },
  // Without a library of C, so that an image needs nothing beside it.
  toxiproxy: {
    module: "github.com/Shopify/toxiproxy/v2",
    version: "2.12.0",
    programs: ["server", "cli"],
    env: { CGO_ENABLED: "0" },
  },
};

/** 8 s on two cores with nothing in Go's own cache. */
const buildLimitMs = 10 * 60_000;

/** The folder that has the programs of `name`, each as Go names it. */
export async function goTools(name) {
  const { module, version, programs, env = {}, inModule = false } = sources[name];
  const part = `${name}-${version}`;
  const place = join(partsFolder(), part);
  // What is there is whole, and is not worth a warden.
  if (existsSync(place)) return place;
  const hosting = await openHosting((line) => console.error(line));
  try {
    return await cachedPart(hosting, part, async (folder, into) => {
      const go = await requireTool("go");
      console.error(`building ${name} ${version} with go, once, into ${into}`);
      const packages = programs.map((program) => packageOf(module, program));
      const cwd = join(folder, "build");
      await mkdir(cwd);
      for (const args of stepsOf(packages, version, { inModule, folder })) {
        await runToEnd(
          hosting,
          {
            name: `go ${args[0]}, to build ${name} (the cache is unharmed, the next run tries again),`,
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

/** The commands of go, one after another: each is its arguments. */
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
