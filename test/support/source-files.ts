import { readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";

import { inRepository } from "./paths.js";

/** A file of the repository and its imports: files by path in the repository, packages by name. */
export interface SourceFile {
  path: string;
  text: string;
  imports: string[];
}

export function sourceFile(path: string): SourceFile {
  const text = readFileSync(inRepository(path), "utf8");
  // `import … from "x"`, `export … from "x"`, `import "x"` and `import("x")`, including type
  // imports.
  const found = withoutComments(text).matchAll(/(?:\bfrom\s*|\bimport\s*\(?\s*)"([^"]+)"/g);
  return { path, text, imports: [...found].map(([, name]) => resolved(path, name!)) };
}

function resolved(from: string, name: string): string {
  if (!name.startsWith(".")) return name;
  return normalize(join(dirname(from), name)).replace(/\.js$/, ".ts");
}

export function withoutComments(text: string): string {
  return text.replaceAll(/\/\*[\s\S]*?\*\//g, "").replaceAll(/^\s*\/\/.*$/gm, "");
}
