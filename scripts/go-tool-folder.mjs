#!/usr/bin/env node
/**
 * `node scripts/go-tool-folder.mjs NAME`: prints the folder with the programs of NAME in
 * go-tools.mjs.
 */
import { goTools } from "./go-tools.mjs";

console.log(await goTools(process.argv[2]));
