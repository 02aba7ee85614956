import { Undo } from "../base/undo.js";
import type { Environment } from "../environment/environment.js";
import type { AdminClient } from "../kafka/driver.js";
import type { Scenario } from "../scenario/scenario.js";
import { outputTopicOf } from "../worker/order.js";

/**
 * A topic of the run's own, empty, one more for the effects of the handlers where the guarantee needs
 * it, and the group's position at the start. On a cluster that is not ours, disposing it deletes the
 * topics and the groups; a local broker takes them along when it goes.
 */
export async function ownTopic(
  environment: Environment,
  admin: AdminClient,
  { topic, groupId, scenario }: { topic: string; groupId: string; scenario: Scenario },
): Promise<AsyncDisposable> {
  const { partitions } = scenario.topic;
  await using undo = new Undo();
  const topics = [topic, ...(scenario.guarantee === "effectively-once" ? [outputTopicOf(topic)] : [])];
  for (const name of topics) {
    // What the scenario says of the topic is said of the one whose messages are counted.
    await admin.createTopic(name, {
      ...scenario.topic,
      config: name === topic ? scenario.topic.config : {},
    });
    if (environment.kind !== "local") {
      undo.defer(() => admin.deleteTopic(name));
      undo.defer(() => deleteGroupIfThere(admin, auditorOf(name)));
    }
  }
  if (environment.kind !== "local") undo.defer(() => deleteGroupIfThere(admin, groupId));
  const first = Array.from({ length: partitions }, (_, partition) => [partition, 0] as const);
  await admin.setPositions(groupId, topic, new Map(first));
  return undo.move();
}

/** The group of whoever reads a topic to audit it. */
export function auditorOf(topic: string): string {
  return `${topic}-auditor`;
}

/** A group that was never joined is not there; one whose members have not timed out cannot be deleted. */
async function deleteGroupIfThere(admin: AdminClient, group: string): Promise<void> {
  await admin.deleteGroup(group).catch(() => {});
}
