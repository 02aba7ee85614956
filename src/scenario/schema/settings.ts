/** Settings of brokers and of the topic, under Kafka's own names. They go into a file, a line each. */
import type { Body, Sound } from "./body.js";
import { type Complaint, type Field, leaf, mapOf, type Rule } from "./fields.js";

export type Settings = Readonly<Record<string, string>>;

/** A backslash would mean something in the file of settings: at the end of a line, that the next one goes on. */
const setting = leaf({
  allowed: "a text on one line without a backslash, a number, true or false",
  editor: { type: ["string", "number", "boolean"] },
  read(written): string | undefined {
    if (typeof written === "boolean" || Number.isFinite(written)) return String(written);
    return typeof written === "string" && /^[^\p{Cc}\\]{0,1000}$/u.test(written) ? written : undefined;
  },
});

export const settings: Field<Settings> = mapOf(setting, {
  key: /^[a-z][a-z0-9._]*$/,
  allowedKey: "a setting under Kafka's name, such as log.retention.ms",
});

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
