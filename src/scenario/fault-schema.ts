import { either, type Field, isMap } from "./fields.js";
import { killFault } from "./kill-fault-schema.js";
import { chooseLinkFault, linkFaultForms } from "./link-fault-schema.js";
import type { Fault } from "./scenario.js";

const kinds = ["kill", "toxic", "down"];

/** The key that names what is done decides which form is meant; only then is anything checked. */
export const faultSchema: Field<Fault> = either<Fault>([...linkFaultForms, killFault], (written) => {
  if (!isMap(written)) return { path: [], allowed: `a map with one of the keys ${kinds.join(", ")}` };
  if ("kill" in written) return killFault;
  if ("toxic" in written || "down" in written) return chooseLinkFault(written);
  const keys = Object.keys(written);
  const found = keys.length === 0 ? "an empty map" : `only ${keys.join(", ")}`;
  const allowed = `a fault with one of the keys ${kinds.join(", ")}`;
  return { path: [], found, allowed, names: kinds, misspelt: keys };
});
