import { describe, expect, it } from "vitest";

import { judgeStored } from "../../../src/library/judge.js";
import { countBits } from "../../../src/ledger/box/bits.js";
import { type Metric, catalogue } from "../../../src/metrics/catalogue.js";
import { renderCourse } from "../../../src/metrics/course.js";
import { labelsOf } from "../../../src/metrics/exporter.js";
import { everStored } from "../../../src/metrics/values.js";
import type { Judged } from "../../../src/results/make-result.js";
import { aRun } from "../../support/a-run.js";
import type { StoryName } from "../../support/stories.js";
import {
  type Series,
  backwardsIn,
  bookedIn,
  bookedOf,
  readSeries,
  totalsIn,
  totalsOf,
} from "../../support/series.js";

const told: StoryName[] = [
  "processed",
  "rejected",
  "in-transit",
  "log",
  "vanishedUnfetched",
  "skipped",
  "after-commit",
  "in-processing",
  "unread",
  "processedByTwoLives",
  "processedTwiceByOneLife",
  "begunByTwoLives",
];

/** A run of two producers with 100 messages per second each, with a repeating pattern of fates. */
async function judgedRun(seconds: number): Promise<Judged> {
  const ofOne = Array.from({ length: seconds * 100 }, (_, number) => told[number % told.length]!);
  const ofOther = ofOne.map((): StoryName => "processed");
  using stored = aRun({ producers: [ofOne, ofOther] });
  return await judgeStored(stored.path);
}

function courseOf(judged: Judged, phases: { at: number; phase: string }[] = []): Series {
  return readSeries(renderCourse({ judged, phases, labels: labelsOf(judged.run.plan.scenario, "kafkajs") }));
}

/** Returns the values of one series, one per sample. */
function valuesOf(course: Series, start: string): number[] {
  return [...course].find(([key]) => key.startsWith(start))![1];
}

describe("the course of a run", () => {
  it.each([3, 901, 902, 1000])(
    "of %s seconds has counted everything before its last sample",
    async (seconds) => {
      const judged = await judgedRun(seconds);
      const course = courseOf(judged);
      const { messages } = judged.result;
      expect([messages.sent, messages.duplicated > 0, messages.unread > 0]).toEqual([
        200 * seconds,
        true,
        true,
      ]);

      expect(totalsIn(course)).toEqual(totalsOf(judged.result));
      expect(bookedIn(course)).toEqual(bookedOf(judged.result, countBits(everStored(judged.ledger.planes))));
      expect(backwardsIn(course)).toEqual([]);
      expect(valuesOf(course, "lossbound_messages_planned").length).toBeLessThanOrEqual(902);
    },
  );

  it("has a single sample, at the end, for metrics without times, and several for all others", async () => {
    const course = courseOf(await judgedRun(3));
    const samples = (metric: Metric): number[] =>
      [...course].filter(([key]) => key.startsWith(metric.name)).map(([, values]) => values.length);
    const timeless = Object.values<Metric>(catalogue).filter((metric) => metric.timeless);
    const others = Object.values<Metric>(catalogue).filter((metric) => !metric.timeless);

    expect(timeless.map(({ name }) => name)).toContain(catalogue.commits.name);
    for (const metric of timeless) expect(new Set(samples(metric)), metric.name).toEqual(new Set([1]));
    for (const metric of others) expect(Math.min(...samples(metric)), metric.name).toBeGreaterThan(3);
  });

  it("begins with the run, and has the phase at each sample", async () => {
    const judged = await judgedRun(3);
    const { startedAt } = judged.run;
    const course = courseOf(judged, [
      { at: startedAt - 1234, phase: "starting" },
      { at: startedAt - 5, phase: "sending" },
      { at: startedAt + 3500, phase: "draining" },
      { at: startedAt + 6100, phase: "judging" },
    ]);
    const inPhase = (phase: string): number[] => {
      const [, values] = [...course].find(([key]) => key.includes(`,phase="${phase}"`))!;
      return values;
    };
    expect(inPhase("starting")).toEqual([1, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    expect(inPhase("sending")).toEqual([0, 1, 1, 1, 1, 0, 0, 0, 0, 0]);
    expect(inPhase("draining")).toEqual([0, 0, 0, 0, 0, 1, 1, 1, 0, 0]);
    expect(inPhase("judging")).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 1, 0]);
    expect(valuesOf(course, "lossbound_messages_sent_total")).toEqual([
      0, 0, 200, 400, 600, 600, 600, 600, 600, 600,
    ]);
  });
});
