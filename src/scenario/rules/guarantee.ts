import type { Complaint, Rule } from "../schema/fields.js";
import type { Body } from "../schema/scenario.js";
import { sendings } from "../variants/guarantee.js";
import type { Sound } from "./sound.js";

export const guaranteeRules: Rule<Body>[] = [acksFit, retriesFit, ownGuaranteeIsClaimed];

function* acksFit({ guarantee, producers }: Body, sound: Sound): Iterable<Complaint> {
  if (!sound("guarantee") || !sound("producers", "acks") || producers.acks === undefined) return;
  const { acks, whyAcks } = sendings[guarantee];
  if (acks.includes(producers.acks)) return;
  yield { path: ["producers", "acks"], allowed: `${acks.join(" or ")}: ${whyAcks}` };
}

function* retriesFit({ guarantee, producers }: Body, sound: Sound): Iterable<Complaint> {
  if (!sound("guarantee") || !sound("producers", "retries") || producers.retries === undefined) return;
  const { min, max, words } = sendings[guarantee].retries;
  if (producers.retries >= min && producers.retries <= max) return;
  yield { path: ["producers", "retries"], allowed: words };
}

/** A file that claims something of each guarantee claims something of its own. */
function* ownGuaranteeIsClaimed({ guarantee, expect }: Body, sound: Sound): Iterable<Complaint> {
  if (!sound("guarantee") || !sound("expect")) return;
  if (expect.kind !== "each" || expect.claims[guarantee] !== undefined) return;
  yield { path: ["expect", guarantee], allowed: "what is claimed under the scenario's own guarantee" };
}
