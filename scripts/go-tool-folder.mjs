#!/usr/bin/env node
/** `node scripts/go-tool-folder.mjs NAME`: prints the folder that has the programs of go-tools.mjs' NAME. */
import { goTools } from "./go-tools.mjs";

console.log(await goTools(process.argv[2]));
