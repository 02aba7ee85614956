import { Undo } from "../base/undo.js";
import type { Environment } from "../environment/environment.js";
import type { AdminClient } from "../kafka/driver.js";
import type { Scenario } from "../scenario/scenario.js";
import { outputTopicOf } from "../worker/order.js";

/**
 * Creates an empty topic for the run, another for the effects of handlers if the guarantee needs
 * it, and the group's initial positions. On an existing cluster, disposal deletes the topics and
 * the groups; a local broker is removed as a whole.
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
    // The scenario's topic settings apply to the topic whose messages are counted.
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

/** Returns the group of the auditor that reads a topic. */
export function auditorOf(topic: string): string {
  return `${topic}-auditor`;
}

/** Ignores errors: the group may never have been joined, or its members may not have timed out. */
async function deleteGroupIfThere(admin: AdminClient, group: string): Promise<void> {
  await admin.deleteGroup(group).catch(() => {});
}
