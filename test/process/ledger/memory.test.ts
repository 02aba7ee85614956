import { closeSync, mkdirSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";

import { describe, expect, it } from "vitest";

import { type BlackBox, createBox, moveNext, openBox } from "../../../src/ledger/box/black-box.js";
import {
  type BoxKind,
  type PlaneName,
  digestsAt,
  planeNames,
  sectionsOf,
} from "../../../src/ledger/box/format.js";
import { digestOf } from "../../../src/ledger/box/digest.js";
import {
  type LifeRecord,
  boxName,
  scanBoxName,
  writeRunRecord,
} from "../../../src/ledger/record/run-record.js";
import { layOut } from "../../../src/plan/layout.js";
import { makePlan } from "../../../src/plan/plan.js";
import { aScenario } from "../../support/a-scenario.js";
import { type Described, describedAs, runId } from "../../support/black-boxes.js";
import { runFixture } from "./programs.js";
import { scratchFolder } from "../../support/scratch-folder.js";

const planned = 32_000_000;

describe("memory, with 32,000,000 planned messages", () => {
  it("of a consumer grows by at most nine bits per message, with every bit of its nine planes marked", async () => {
    using folder = scratchFolder();
    const described = [planned, 320_000].flatMap((bits) => {
      const description = describedAs("consumer", { bits });
      const path = join(folder.path, `${bits}.box`);
      createBox(path, description);
      return [path, JSON.stringify(description)];
    });
    const bytes = Number(await runFixture("marks-everything.mjs", ...described));

    expect(bytes / planned, `${bytes} bytes`).toBeLessThanOrEqual(9 / 8);
  });

  it("of the supervisor stays within two bytes per message, however many lives it reads", async () => {
    using folder = scratchFolder();
    const [large, small] = [join(folder.path, "large"), join(folder.path, "small")];
    writeRun(large, planned);
    writeRun(small, 320_000);
    const said = await runFixture("judges-boxes.mjs", large, small);
    const { bytes, processed } = JSON.parse(said) as { bytes: number; processed: number };

    expect(processed).toBe(planned);
    expect(bytes / planned, `${bytes} bytes`).toBeLessThanOrEqual(2);
  });
});

const lives: LifeRecord[] = [
  { role: "producer", worker: 0, life: 0, killed: false, endedBy: null },
  ...Array.from({ length: 4 }, (_, life): LifeRecord => ({
    role: "consumer",
    worker: 0,
    life,
    killed: life < 3,
    endedBy: null,
  })),
];

/** The first life of the consumer processed all messages; the other lives fetched them too. */
function writeRun(path: string, messages: number): void {
  const boxes = join(path, "boxes");
  mkdirSync(boxes, { recursive: true });
  const scenario = aScenario({ messages, producers: 1, consumers: 1, partitions: 1 });
  const bits = layOut(messages, 1).words * 32;
  for (const { role, worker, life } of lives) {
    const file = join(boxes, boxName({ role, worker, life }));
    if (role === "producer") {
      const description = describedAs("producer", { worker, life, bits: messages });
      writeFull(file, description, ["accepted", "handed"], (box) => moveNext(box, messages));
    } else {
      const planes =
        life === 0 ? (["fetched", "tried", "covered", "began", "ended"] as const) : (["fetched"] as const);
      writeFull(file, describedAs("consumer", { worker, life, bits }), planes);
    }
  }
  writeFull(join(boxes, scanBoxName), describedAs("scan", { bits }), ["stored"], (box) =>
    box.set("records", messages),
  );
  writeRunRecord(path, {
    runId,
    plan: makePlan(scenario, 1),
    startedAt: 1_700_000_000_000,
    lives,
    log: [{ partition: 0, start: 0, end: messages, records: messages, position: messages }],
    output: null,
    witnesses: { refusals: null, truncations: null, followed: false },
    gaveUp: [],
    machine: { stoodStillMs: 0, waitedForCpuMs: null, stolenMs: null },
    environment: { kind: "local", broker: "", proxy: "", client: "", node: "" },
    repeatWith: "",
  });
}

/** Quickly makes a box in which every bit of some planes is set. */
function writeFull<Kind extends BoxKind>(
  path: string,
  description: Described<Kind>,
  planes: readonly PlaneName<Kind>[],
  fill: (box: BlackBox<Kind>) => void = () => {},
): void {
  createBox(path, description);
  const sections = sectionsOf(description).planes;
  const file = openSync(path, "r+");
  for (const name of planes) {
    const index = (planeNames[description.kind] as readonly string[]).indexOf(name);
    const { at, length } = sections[index]!;
    const words = new Uint32Array(length).fill(0xffffffff);
    writeSync(file, words, 0, words.byteLength, at);
    writeSync(file, Uint32Array.of(digestOf(words)), 0, 4, digestsAt + index * 4);
  }
  closeSync(file);
  using box = openBox(path, description, "write");
  for (const name of planes) box.set(name, description.bits);
  fill(box);
}
