import { expect, it } from "vitest";

import { judgeStored } from "../../../src/library/judge.js";
import { labelsOf } from "../../../src/metrics/exporter.js";
import { samplesOf } from "../../../src/metrics/samples.js";
import { valuesAtEnd } from "../../../src/metrics/values.js";
import { aRun } from "../../support/a-run.js";
import type { StoryName } from "../../support/stories.js";

it("the unaccounted messages at the end are counted by the ledger, not computed from the other counts", async () => {
  const told: StoryName[] = [...Array<StoryName>(30).fill("processed"), "indeterminate", "unread"];
  using stored = aRun({ producers: [told, told] });
  const judged = await judgeStored(stored.path);
  const { messages } = judged.result;
  expect([messages.unread, messages.indeterminate]).toEqual([2, 2]);

  // A wrong count must not be balanced by another one.
  const wrong = { ...judged.result, messages: { ...messages, processed: messages.processed - 7 } };
  const samples = samplesOf(
    labelsOf(judged.run.plan.scenario, "kafkajs"),
    valuesAtEnd({ ...judged, result: wrong }),
  );
  const unaccounted = samples.filter(({ metric }) => metric.name === "lossbound_messages_unaccounted");
  expect(unaccounted.map(({ value }) => value)).toEqual([4]);
});
