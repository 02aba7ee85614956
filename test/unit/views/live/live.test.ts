import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { openLive } from "../../../../src/views/live/live.js";
import type { LiveView } from "../../../../src/experiment/progress.js";
import { Screen } from "./a-screen.js";
import { anyText } from "../../../support/any-result.js";

const plainEnv = { NO_COLOR: "1" };

function aView(given: Partial<LiveView> = {}): LiveView {
  return {
    scenario: "consumer-kill",
    phase: "sending",
    elapsedMs: 4_200,
    planned: 20_000,
    sent: 8_400,
    rejected: 0,
    received: 6_010,
    processed: 6_000,
    lostProved: {},
    faultsOn: [],
    ...given,
  };
}

/** A stream that is not a terminal, with the lines written to it. */
function aLog() {
  const written: string[] = [];
  return {
    write: (text: string) => void written.push(text),
    lines: () => written.join("").split("\n").slice(0, -1),
  };
}

describe("on a terminal", () => {
  test("the view is redrawn in place", () => {
    const screen = new Screen();
    const live = openLive(screen, plainEnv, { quiet: false });
    live.live(aView());
    live.live(aView({ elapsedMs: 5_200, sent: 10_400 }));
    expect(screen.text.match(/consumer-kill/g)).toHaveLength(1);
    expect(screen.text).toMatch(/sent +10,400 +2,000\/s/);
    expect(screen.text).toMatch(/in flight or lost +4,390/);
  });

  test("lines scroll by above the view", () => {
    const screen = new Screen();
    const live = openLive(screen, plainEnv, { quiet: false });
    live.line("seed 7");
    live.live(aView());
    live.line("SIGKILL consumer 1");
    live.live(aView());
    expect(screen.text.split("\n").slice(0, 3)).toEqual([
      "seed 7",
      "SIGKILL consumer 1",
      "consumer-kill  sending  4.2 s",
    ]);
  });

  test("proved losses and faults in force are shown while they last", () => {
    const screen = new Screen();
    const live = openLive(screen, plainEnv, { quiet: false });
    live.live(
      aView({
        lostProved: { "after-commit": 60, "in-processing": 1 },
        faultsOn: ["timeout on producer-link"],
      }),
    );
    expect(screen.text).toMatch(/proved lost +61 +after-commit 60, in-processing 1/);
    expect(screen.text).toMatch(/fault on +timeout on producer-link/);
    live.live(aView());
    expect(screen.text).not.toMatch(/proved lost|fault on/);
  });

  test("the view is cleared at the end, and the cursor is never hidden", () => {
    const screen = new Screen();
    {
      using live = openLive(screen, plainEnv, { quiet: false });
      live.line("seed 7");
      live.live(aView());
    }
    expect(screen.text).toBe("seed 7");
    expect(screen.writes.join("")).not.toContain("\u001b[?25l");
  });

  test("the view is cleared completely, when the terminal becomes narrower", () => {
    const screen = new Screen(80);
    const live = openLive(screen, plainEnv, { quiet: false });
    live.line("seed 7");
    live.live(aView({ faultsOn: ["timeout on producer-link, latency on consumer-link"] }));
    screen.resize(30);
    live.clear();
    expect(screen.text).toBe("seed 7");
  });

  test("no line is wider than the terminal or contains a control character", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 120 }),
        anyText,
        fc.array(anyText),
        fc.nat(),
        (columns, name, faultsOn, sent) => {
          const screen = new Screen(columns);
          const live = openLive(screen, plainEnv, { quiet: false });
          live.live(aView({ scenario: name, faultsOn, sent, lostProved: { log: sent } }));
          const lines = screen.writes.join("").split("\n");
          for (const line of lines) {
            expect([...line].length).toBeLessThan(Math.max(columns, 1));
            expect(line).not.toMatch(/[\p{Cc}\p{Cf}]/u);
          }
        },
      ),
    );
  });
});

describe("without a terminal", () => {
  test("each phase is printed as a line when it begins", () => {
    const log = aLog();
    const live = openLive(log, {}, { quiet: false });
    live.live(aView({ phase: "starting", elapsedMs: 0 }));
    live.live(aView({ phase: "sending", elapsedMs: 10 }));
    live.live(aView({ phase: "sending", elapsedMs: 110 }));
    expect(log.lines()).toEqual([
      "consumer-kill: starting broker, proxy and workers",
      "consumer-kill: sending",
    ]);
  });

  test("a line of progress is printed about every two seconds", () => {
    const log = aLog();
    const live = openLive(log, {}, { quiet: false });
    for (let elapsedMs = 0; elapsedMs <= 10_000; elapsedMs += 100)
      live.live(aView({ elapsedMs, sent: elapsedMs * 2 }));
    const progress = log.lines().slice(1);
    expect(progress).toHaveLength(5);
    expect(progress[1]).toBe(
      "consumer-kill: 4.0 s, sent 8,000 of 20,000 (2,000/s), received 6,010, processed 6,000 (0/s), in flight or lost 1,990",
    );
  });

  test("the next scenario starts its own interval of lines", () => {
    const log = aLog();
    const live = openLive(log, {}, { quiet: false });
    live.live(aView({ elapsedMs: 9_000 }));
    live.live(aView({ scenario: "baseline", elapsedMs: 2_500 }));
    expect(log.lines().at(-1)).toMatch(/^baseline: 2\.5 s, sent/);
  });

  test("control sequences are removed from a line", () => {
    const log = aLog();
    openLive(log, {}, { quiet: false }).line("killed \u001b[31mconsumer\u001b[0m\r\n1\u0007");
    expect(log.lines()).toEqual(["killed consumer 1\ufffd"]);
  });
});

test("quiet prints nothing", () => {
  const log = aLog();
  const live = openLive(log, {}, { quiet: true });
  live.line("seed 7");
  live.live(aView());
  expect(log.lines()).toEqual([]);
});
