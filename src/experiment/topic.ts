import { Undo } from "../base/undo.js";
import { waitUntil } from "../base/wait.js";
import type { Environment } from "../environment/environment.js";
import type { AdminClient } from "../kafka/driver.js";
import type { Scenario } from "../scenario/scenario.js";

/**
 * A topic of the run's own, empty, and the group's position at its start. On a cluster that is not
 * ours, disposing it deletes the topic and the groups; a local broker takes them along when it goes.
 */
export async function ownTopic(
  environment: Environment,
  admin: AdminClient,
  { topic, groupId, scenario }: { topic: string; groupId: string; scenario: Scenario },
): Promise<AsyncDisposable> {
  const { partitions, replicationFactor } = scenario.topic;
  await using undo = new Undo();
  await admin.createTopic(topic, { partitions, replicationFactor });
  if (environment.kind === "external") {
    undo.defer(() => admin.deleteTopic(topic));
    for (const group of [groupId, `${groupId}-auditor`]) undo.defer(() => deleteGroupIfThere(admin, group));
  }
  // The metadata name the leaders a moment before these know of it.
  const led = async (): Promise<boolean> => (await admin.logEnds(topic)).length === partitions;
  await waitUntil(`the leaders of ${topic} to answer`, led, { limitMs: 20_000, everyMs: 20 });
  await admin.commitStart(groupId, topic);
  return undo.move();
}

/** A group that was never joined is not there; one whose members have not timed out cannot be deleted. */
async function deleteGroupIfThere(admin: AdminClient, group: string): Promise<void> {
  await admin.deleteGroup(group).catch(() => {});
}
