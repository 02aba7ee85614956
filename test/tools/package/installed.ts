import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

import { run } from "../../support/run-program.js";
import { inRepository, repository } from "../../support/paths.js";

/** An empty project of somebody else's, outside of this repository. */
export interface Project extends Disposable {
  path: string;
  /** Names of the files in the package that was installed. */
  packed: readonly string[];
  write(name: string, text: string): string;
  run(command: string, ...args: string[]): Promise<Ended>;
}

export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Longest of npm's installations: packages may have to be fetched. */
const timeout = 240_000;

/**
 * Packs what was built, and installs it as a reader of the README would.
 *
 * @param like a folder of the repository that the project is a copy of; without it, it is empty.
 */
export async function installedInAProject(like?: string): Promise<Project> {
  const path = mkdtempSync(join(tmpdir(), "lossbound-project-"));
  const project: Project = {
    path,
    packed: [],
    write(name, text) {
      const file = join(path, name);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
      return file;
    },
    run: (command, ...args) => run(command, args, { cwd: path, env: ownEnvironment(), timeout }),
    [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }),
  };
  try {
    const { name, files } = await packInto(path);
    if (like !== undefined) cpSync(inRepository(like), path, { recursive: true });
    else project.write("package.json", JSON.stringify({ name: "empty", private: true, type: "module" }));
    const quiet = ["--prefer-offline", "--no-audit", "--no-fund"];
    const { code, stderr } = await project.run("npm", "install", "--save-dev", ...quiet, `./${name}`);
    if (code !== 0) throw new Error(`npm install ended with ${code}: ${stderr}`);
    return { ...project, packed: files };
  } catch (error) {
    project[Symbol.dispose]();
    throw error;
  }
}

/** It was built before the tests; to build it again would pull it from under them. */
async function packInto(path: string): Promise<{ name: string; files: string[] }> {
  const args = ["pack", "--json", "--ignore-scripts", "--pack-destination", path];
  const { code, stdout, stderr } = await run("npm", args, {
    cwd: repository,
    env: ownEnvironment(),
    timeout,
  });
  if (code !== 0) throw new Error(`npm pack ended with ${code}: ${stderr}`);
  const packed = JSON.parse(stdout) as Packed[] | Record<string, Packed>;
  const [{ filename, files }] = Object.values(packed) as [Packed];
  return { name: filename, files: files.map((file) => file.path) };
}

interface Packed {
  filename: string;
  files: { path: string }[];
}

/** What `npm test` tells its scripts is about this package, and none of the project's business; what is read needs no colours. */
function ownEnvironment(): NodeJS.ProcessEnv {
  const foreign =
    /^(npm_(package|lifecycle|command|execpath|config_local_prefix|config_prefix)|INIT_CWD|VITEST|NODE_ENV|TEST$|FORCE_)/;
  const own = Object.entries(process.env).filter(([name]) => !foreign.test(name));
  return { ...Object.fromEntries(own), NO_COLOR: "1", PATH: pathWithoutOurs() };
}

/** The project's `npx` must not find what lies in our node_modules. */
function pathWithoutOurs(): string {
  const ours = inRepository("node_modules", ".bin");
  return (process.env["PATH"] ?? "")
    .split(":")
    .filter((folder) => folder !== ours)
    .join(":");
}
