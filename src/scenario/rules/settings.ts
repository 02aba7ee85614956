/** What settings of brokers and of the topic may not say. */
import type { Complaint, Rule } from "../schema/fields.js";
import type { Body } from "../schema/scenario.js";
import type { Sound } from "./sound.js";

/** Where a broker listens, stores and votes: without its own answers lossbound cannot run it. */
const reserved =
  /^(process\.roles|(node|broker)\.id|.*listener.*|controller\.quorum\..*|log\.dirs?|metadata\.log\.dir)$/;

export const settingsRules: Rule<Body>[] = [brokersStayOurs, replicasInSyncExist, electionsHaveCandidates];

function* brokersStayOurs({ brokers }: Body, sound: Sound): Iterable<Complaint> {
  if (!sound("brokers", "config")) return;
  for (const name of Object.keys(brokers.config).filter((one) => reserved.test(one))) {
    const found = "a setting that lossbound makes itself";
    const allowed = "settings that do not say where a broker listens, stores or votes";
    yield { path: ["brokers", "config", name], found, allowed, aboutKey: true };
  }
}

/** With fewer replicas than must be in sync, nothing that waits for all of them is ever stored. */
function* replicasInSyncExist(body: Body, sound: Sound): Iterable<Complaint> {
  if (!sound("topic", "replicationFactor")) return;
  const { replicationFactor } = body.topic;
  const chosen = settingOf(body, sound, "min.insync.replicas");
  if (chosen === undefined || !(Number(chosen.value) > replicationFactor)) return;
  yield { path: chosen.path, allowed: `at most topic.replicationFactor, which is ${replicationFactor}` };
}

function* electionsHaveCandidates(body: Body, sound: Sound): Iterable<Complaint> {
  if (!sound("topic", "replicationFactor") || body.topic.replicationFactor > 1) return;
  const chosen = settingOf(body, sound, "unclean.leader.election.enable");
  if (chosen?.value !== "true") return;
  yield {
    path: chosen.path,
    allowed: "true only where topic.replicationFactor is above 1: a lone replica is never out of sync",
  };
}

/** A topic's setting, which is the brokers' where it has none of its own. */
function settingOf(
  { topic, brokers }: Body,
  sound: Sound,
  name: string,
): { value: string; path: string[] } | undefined {
  if (!sound("topic", "config") || !sound("brokers", "config")) return undefined;
  const own = topic.config[name];
  if (own !== undefined) return { value: own, path: ["topic", "config", name] };
  const inherited = brokers.config[name];
  return inherited === undefined ? undefined : { value: inherited, path: ["brokers", "config", name] };
}
