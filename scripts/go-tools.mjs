/**
 * Programs in Go that build or check what is in the repository, each at one version, built once into
 * lossbound's cache. Nobody who runs lossbound needs them.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";

import { cachedPart, partsFolder } from "#build/environment/cached-part.js";
import { openHosting } from "#build/environment/hosting.js";
import { runToEnd } from "#build/environment/run-to-end.js";
import { requireTool } from "#build/environment/tools.js";

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
};

/** 8 s on two cores with nothing in Go's own cache. */
const buildLimitMs = 10 * 60_000;

/** The folder that has the programs of `name`, each as Go names it. */
export async function goTools(name) {
  const { module, version, programs } = sources[name];
  const part = `${name}-${version}`;
  const place = join(partsFolder(), part);
  // What is there is whole, and is not worth a warden.
  if (existsSync(place)) return place;
  const hosting = await openHosting((line) => console.error(line));
  try {
    return await cachedPart(hosting, part, async (folder, into) => {
      const go = await requireTool("go");
      console.error(`building ${name} ${version} with go install, once, into ${into}`);
      await runToEnd(
        hosting,
        {
          name: `go install, to build ${name} (the cache is unharmed, the next run tries again),`,
          command: go.path,
          args: ["install", ...programs.map((program) => packageOf(module, program, version))],
          env: { GOBIN: folder },
          cwd: folder,
          output: join(folder, "go.log"),
        },
        { limitMs: buildLimitMs },
      );
    });
  } finally {
    await hosting[Symbol.asyncDispose]();
  }
}

function packageOf(module, program, version) {
  return `${[module, "cmd", program].filter((part) => part !== "").join("/")}@v${version}`;
}
