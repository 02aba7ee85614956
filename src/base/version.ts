import { createRequire } from "node:module";

/** The version of lossbound, from its package.json. */
export const version: string = (
  createRequire(import.meta.url)("#package/package.json") as { version: string }
).version;
