#!/usr/bin/env node
/**
 * `node scripts/compose-model.mjs [FILE]`: reads docker-compose.yml as docker compose does, and
 * prints the resulting model as JSON. Exits with 1 if the file violates the schema of the Compose
 * specification, which is part of compose-go, the specification's own parser.
 */
import { execFile } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { goTools } from "./go-tools.mjs";

const file = process.argv[2] ?? fileURLToPath(new URL("../docker-compose.yml", import.meta.url));
const tools = await goTools("compose-go");
execFile(join(tools, "cmd"), ["-format", "json", file], { cwd: dirname(file) }, (error, stdout, stderr) => {
  process.stdout.write(stdout);
  if (error === null) return;
  process.stderr.write(`${stderr.trim()}\n`);
  process.exitCode = 1;
});
