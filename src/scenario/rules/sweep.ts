import type { Complaint } from "../schema/fields.js";
import type { Body } from "../schema/scenario.js";
import type { Sound } from "./sound.js";

const placeOf = { rate: ["producers", "rate"], commitEvery: ["consumers", "commitEvery"] } as const;

export function* sweepIsOne({ producers, consumers }: Body, sound: Sound): Iterable<Complaint> {
  const lists = { rate: producers?.rate, commitEvery: consumers?.commitEvery };
  for (const of of ["rate", "commitEvery"] as const) {
    const path = placeOf[of];
    const values = lists[of];
    if (!sound(...path) || values === undefined) continue;
    if (values.length === 0) yield { path, found: "an empty list", allowed: "one value, or a list of them" };
    const twice = values.find((value, place) => values.indexOf(value) !== place);
    if (twice !== undefined) yield { path, found: `${twice} twice`, allowed: "each value once" };
  }
  if (!sound(...placeOf.rate) || !sound(...placeOf.commitEvery)) return;
  if (lists.rate.length > 1 && (lists.commitEvery?.length ?? 0) > 1) {
    const allowed = "one value, since producers.rate is a list: a sweep varies one thing";
    yield { path: placeOf.commitEvery, found: "a list", allowed };
  }
}
