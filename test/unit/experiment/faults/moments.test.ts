import { expect, it } from "vitest";

import { epochMs } from "../../../../src/base/clock.js";
import { pause } from "../../../../src/base/wait.js";
import { Moments } from "../../../../src/experiment/faults/moments.js";

const { signal: never } = new AbortController();

it("a moment comes for its waiters in the order in which they asked, and not too early", async () => {
  const inOrder = Array.from({ length: 40 }, (_, asked) => asked);
  // Separate timers may keep the order by chance, depending on the clock's fraction, but not ten
  // times.
  for (let round = 0; round < 10; round++) {
    const startedAt = epochMs();
    const begun = Promise.resolve(startedAt);
    const moments = new Moments(begun, never);
    const came: number[] = [];
    const waiting: Promise<void>[] = [];
    for (const asked of inOrder) {
      waiting.push(moments.at(20).then(() => void came.push(asked)));
      await begun;
      // For every fourth waiter, the time left rounds to another number of milliseconds.
      for (const until = epochMs() + 0.25; epochMs() < until;);
    }
    await Promise.all(waiting);

    expect(came).toEqual(inOrder);
    // Each of the two clocks may be a millisecond off.
    expect(epochMs() - startedAt).toBeGreaterThanOrEqual(18);
  }
});

it("an earlier moment does not wait for a later one, whichever was asked for first", async () => {
  const moments = new Moments(Promise.resolve(epochMs()), never);
  const came: string[] = [];
  const later = moments.at(40).then(() => came.push("later"));
  const earlier = moments.at(5).then(() => came.push("earlier"));
  await Promise.all([later, earlier]);
  expect(came).toEqual(["earlier", "later"]);
});

it("all waits end when it is over", async () => {
  const over = new AbortController();
  const moments = new Moments(Promise.resolve(epochMs()), over.signal);
  const waiting = moments.at(60_000);
  await pause(5);
  over.abort();
  await waiting;
});
