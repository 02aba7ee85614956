import { createRequire } from "node:module";

/** Of lossbound, as its package says. */
export const version: string = (
  createRequire(import.meta.url)("#package/package.json") as { version: string }
).version;
