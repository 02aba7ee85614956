import { describe, expect, test } from "vitest";

import { explainJudged, explainMessage, listLostOf } from "../../../src/library/explain.js";
import { judgeStored } from "../../../src/library/judge.js";
import type { Explanation } from "../../../src/results/explanation.js";
import { causes } from "../../../src/scenario/scenario.js";
import { type StoredRun, aRun } from "../../support/a-run.js";
import { times } from "../../support/stories.js";
import { everyFate, held } from "../../support/healthy-run.js";

/** Every message of a run, explained one by one. */
async function explainAll(run: StoredRun): Promise<Explanation[]> {
  const judged = await judgeStored(run.path);
  const names = judged.plan.layout.messages.flatMap((count, producer) =>
    Array.from({ length: count }, (_, number) => `${producer}:${number}`),
  );
  return await Promise.all(names.map((name) => explainJudged(run.path, judged, name)));
}

const duplicates = () =>
  aRun({ producers: [[...times(20, "processed"), ...times(3, "processedByTwoLives"), "storedTwice"]] });
const effects = () =>
  aRun({
    guarantee: "effectively-once",
    producers: [
      [...times(20, "putOut"), ...times(2, "putOutTwice"), ...times(2, "abortedAtTheEnd"), "neverPutOut"],
    ],
  });

/** Some alone, some beside others, over the end of a word of bits. */
const scattered = () =>
  aRun({
    producers: [
      [..."xxooxoxoooooooooooooooooooooxxxxxxxxoxoo"].map((sign) =>
        sign === "x" ? "in-transit" : "processed",
      ),
    ],
  });

describe.each([
  ["every fate", everyFate],
  ["losses among others", scattered],
  ["a loss that held", held],
  ["duplicates", duplicates],
  ["effects in an output topic", effects],
])("in a run with %s", (_, make) => {
  test("the fates of all messages, told one by one, add up to the result", async () => {
    using run = make();
    const { result } = await judgeStored(run.path);
    const told = await explainAll(run);
    const many = (fate: Explanation["fate"]) => told.filter((one) => one.fate === fate).length;
    const by = (cause: string) => told.filter((one) => one.cause === cause).length;

    const { planned, unsent, processed, duplicated, lost, unread, indeterminate } = result.messages;
    expect(told.length).toBe(planned);
    expect({
      unsent: many("unsent"),
      processed: many("processed") + many("duplicated"),
      duplicated: many("duplicated"),
      lost: many("lost"),
      unread: many("unread"),
      indeterminate: many("indeterminate"),
    }).toEqual({ unsent, processed, duplicated, lost, unread, indeterminate });
    expect(Object.fromEntries(causes.map((cause) => [cause, by(cause)]))).toEqual(result.lostBy);
  });

  test("the list of the lost ones has each of them once, by the cause that its own story tells", async () => {
    using run = make();
    const { lost, causes: lists } = await listLostOf(run.path);
    const listed = lists.flatMap(({ cause, ranges }) =>
      ranges.flatMap(({ producer, from, step, lost: many }) =>
        Array.from({ length: many }, (_, place) => `${producer}:${from + place * step} ${cause}`),
      ),
    );
    const told = (await explainAll(run)).filter(({ cause }) => cause !== null);

    expect(listed.toSorted()).toEqual(told.map(({ message, cause }) => `${message} ${cause}`).toSorted());
    expect(lost).toBe(told.length);
    for (const list of lists) expect(list.lost).toBe(list.ranges.reduce((sum, range) => sum + range.lost, 0));
  });
});

describe("the life of a message", () => {
  async function told(name: string): Promise<string[]> {
    using run = everyFate();
    const { fate, cause, steps } = await explainMessage(run.path, name);
    return [`${fate} ${cause}`, ...steps.map(({ what, witness }) => `${what} | ${witness}`)];
  }

  test("that was processed goes from its plan to the end of its handler", async () => {
    expect(await told("0:3")).toEqual([
      "processed null",
      "planned: producer 0, number 3, for partition 0 | plan",
      "sent by producer 0, life 0 | producer-0.0.box",
      "in force at that time: timeout on producer-link | events.ndjson",
      "in force at that time: kill on producer 0 | events.ndjson",
      "in force at that time: kill on consumer 0 | events.ndjson",
      "in force at that time: delete-records on topic | events.ndjson",
      "handed to the kernel: request 3 to broker 1, connection 0 | producer-0.0.box",
      "accepted: its send resolved | producer-0.0.box",
      "was seen in the log while the run went on | follow.box, an auditor",
      expect.stringMatching(
        /^in the log of partition 0 at the end, which has offsets 1 to below \d+; below the/,
      ),
      "fetched by consumer 0, life 0 | consumer-0.0.box",
      "consumer 0, life 0 committed over it, and the commit was acknowledged | consumer-0.0.box",
      "its handler began in consumer 0, life 0 | consumer-0.0.box",
      "its handler ended in consumer 0, life 0 | consumer-0.0.box",
    ]);
  });

  test.each([
    [
      "0:6",
      "lost in-transit",
      ["never seen in the log", "not in the log of partition", "no consumer fetched it"],
    ],
    [
      "0:8",
      "lost client-buffer",
      ["it stayed in the process", "its send never came back", "life 0 was killed"],
    ],
    ["0:11", "lost rejected", ["rejected: its send threw"]],
    ["0:12", "processed null", ["sent by producer 0, life 1"]],
    ["0:17", "lost log", ["was seen in the log while", "not in the log of partition", "fetched by"]],
    ["0:18", "lost log", ["was seen in the log while", "no consumer fetched it"]],
    ["0:19", "indeterminate null", ["tried to commit over it, without an answer"]],
    ["0:21", "unread null", ["not below the group's position"]],
    ["0:29", "unsent null", ["never sent: its producer came to number 27"]],
    ["1:8", "lost skipped", ["below the group's position", "no consumer fetched it"]],
    ["1:10", "lost after-commit", ["committed over it, and the commit was acknowledged"]],
    ["1:13", "lost in-processing", ["its handler began in", "its handler never ended in"]],
    ["1:22", "lost refused", ["refused: broker 1 closed the connection over request 22"]],
    ["1:23", "lost refused", ["refused: its request stood behind one"]],
  ])("%s is %s, and its witnesses say so", async (name, fate, words) => {
    const [ending, ...steps] = await told(name);
    expect(ending).toBe(fate);
    for (const said of words) expect(steps.join("\n")).toContain(said);
  });

  test("has the moments that were written down, since the producers began to send", async () => {
    using run = aRun({ producers: [times(40, "processed")] });
    const { steps } = await explainMessage(run.path, "15");
    expect(steps.slice(0, 2)).toMatchObject([{ from: 150 }, { from: 100, until: 190 }]);
  });

  test("that another life began again tells of both", async () => {
    using run = duplicates();
    const { fate, steps } = await explainMessage(run.path, "0:20");
    expect(fate).toBe("duplicated");
    expect(steps.filter(({ what }) => what.startsWith("its handler ended in")).length).toBe(2);
  });
});

test("neighbours that died in one way are one line, in the order of their sending", async () => {
  using run = held();
  const { causes: lists, ...head } = await listLostOf(run.path);
  expect(head).toMatchObject({ schema: "lossbound.lost/1", scenario: "synthetic", lost: 12 });
  expect(lists.map(({ cause, ranges }) => [cause, ranges.map(({ messages }) => messages)])).toEqual([
    ["in-transit", ["0:20-24"]],
    ["after-commit", ["1:20-24"]],
    // Two of three partitions are too few to be all of them, and there is nothing to join.
    ["in-processing", ["1:25-26"]],
  ]);
  expect(lists[0]!.ranges[0]).toMatchObject({ lost: 5, sentFrom: 200, sentUntil: 300 });
});

test("neighbours in one partition, which a dying consumer takes along, are one line", async () => {
  const story = (number: number) =>
    number >= 30 && number < 90 && number % 3 !== 1 ? "after-commit" : "processed";
  using run = aRun({ producers: [Array.from({ length: 120 }, (_, number) => story(number))] });
  const { causes: lists } = await listLostOf(run.path);
  expect(lists[0]!.ranges.map(({ messages, lost }) => [messages, lost])).toEqual([
    ["0:30-87/3", 20],
    ["0:32-89/3", 20],
  ]);
});

test("what lies between two that are lost is in no line", async () => {
  using run = scattered();
  const { causes: lists } = await listLostOf(run.path);
  const names = lists.flatMap(({ ranges }) => ranges.map(({ messages }) => messages));
  expect(names).toEqual(["0:0", "0:1-4/3", "0:6", "0:28-35", "0:37"]);
});
