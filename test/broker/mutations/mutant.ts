import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { inRepository } from "../../support/paths.js";

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

const build = inRepository("dist");

/** The copy lies inside the package, so that it finds the same dependencies. */
export function makeMutant(...replacements: readonly Replacement[]): Mutant {
  const folder = mkdtempSync(inRepository("node_modules", ".lossbound-mutant-"));
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
