import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

/** A copy of the built worker in which some words of its code were replaced. */
export interface Mutant extends Disposable {
  workerEntry: string;
}

export interface Replacement {
  /** File of the build, such as `worker/consumer.js`. */
  file: string;
  from: string;
  to: string;
}

const build = dirname(createRequire(import.meta.url).resolve("#build/index.js"));

/** The copy lies inside the package, so that it finds the same dependencies. */
export function makeMutant(...replacements: readonly Replacement[]): Mutant {
  const folder = mkdtempSync(join(dirname(build), "node_modules", ".lossbound-mutant-"));
  cpSync(build, folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), `{ "type": "module" }`);
  for (const { file, from, to } of replacements) {
    const path = join(folder, file);
    const code = readFileSync(path, "utf8");
    if (code.split(from).length !== 2) throw new Error(`${file} does not have "${from}" exactly once`);
    writeFileSync(path, code.replace(from, to));
  }
  return {
    workerEntry: join(folder, "worker", "main.js"),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}
