import { readFileSync, writeFileSync } from "node:fs";

import { describe, expect, it } from "vitest";

import { type BlackBox, listRequest, moveNext, openBox } from "../../../../src/ledger/box/black-box.js";
import {
  countersAt,
  countersOf,
  counterCount,
  digestCount,
  digestsAt,
  planeNames,
  sectionsOf,
} from "../../../../src/ledger/box/format.js";
import { EvidenceError } from "../../../../src/ledger/record/evidence-error.js";
import { Plane } from "../../../../src/ledger/box/plane.js";
import { readBox } from "../../../../src/ledger/box/read-box.js";
import { type RequestRow, rowWords } from "../../../../src/ledger/box/request-rows.js";
import { describedAs, runId, writeBox } from "../../../support/black-boxes.js";
import { scratchFolder } from "../../../support/scratch-folder.js";

/** A life that had accepted these messages, and was killed while it stored the next one. */
const acceptedBefore = [3, 4, 5, 40, 41];
const next = 50;
const description = describedAs("producer", { bits: 64 });

/** The stores of one `mark`: pending, the bit, the digest, the counter, and pending again. */
const storesOfMark = 5;
/** Pending, six fields, two partitions, the check, the counter, and pending again. */
const storesOfRow = 13;
const cuts = Array.from({ length: storesOfMark + 1 }, (_, stores) => stores);

describe("a store that a kill cuts in two", () => {
  it.each(cuts)("after %i stores is read correctly", async (stores) => {
    using box = boxCutAt(stores, 20);
    const accepted = await acceptedIn(box.path);

    expect(accepted).toEqual(stores < 2 ? acceptedBefore : [3, 4, 5, 20, 40, 41]);
  });

  it.each(cuts)("after %i stores excuses no other bit than the pending one", async (stores) => {
    using box = boxCutAt(stores, 20);
    const missed: string[] = [];
    for (const [plane, name] of planeNames.producer.entries()) {
      for (let bit = 0; bit < description.bits; bit++) {
        flip(box.path, plane, bit);
        // Stored or not: a kill leaves either state, so both are right.
        const inHand = name === "accepted" && bit === 20 && [1, 2].includes(stores);
        const caught = await isCaught(box.path);
        if (caught === inHand) missed.push(`bit ${bit} of ${name}`);
        flip(box.path, plane, bit);
      }
    }

    expect(missed).toEqual([]);
  });

  it.each(cuts)(
    "after %i stores is detected in a life that was not killed, unless it was complete",
    async (stores) => {
      using box = boxCutAt(stores, 20);

      expect(await isCaught(box.path, false)).toBe(stores > 0 && stores < storesOfMark);
    },
  );

  it("of the next number is read correctly at every cut", async () => {
    for (let stores = 0; stores <= storesOfMark; stores++) {
      using folder = scratchFolder();
      const path = wholeBox(folder.path);
      using box = openBox(path, description, "write");
      cutAfter(stores, (store) => moveNext(storingBox(box, store), 55));

      expect(await nextIn(path), `after ${stores} stores`).toBe(stores < 2 ? next : 55);
    }
  });

  it("of the next number excuses no other number at any cut", async () => {
    for (let stores = 0; stores <= storesOfMark; stores++) {
      for (const counter of ["next", "nextAgain"] as const) {
        for (const by of [-6, -1, 1, 6]) {
          using folder = scratchFolder();
          const path = wholeBox(folder.path);
          using box = openBox(path, description, "write");
          cutAfter(stores, (store) => moveNext(storingBox(box, store), 55));
          const right = [next, 55];
          box.add(counter, by);
          const read = await nextIn(path).catch(() => undefined);

          // Either the change is detected, or the number is the one before or after the move.
          expect([undefined, ...right], `${counter} ${by}, after ${stores} stores`).toContain(read);
        }
      }
    }
  });

  it("of a request's row is read correctly at every cut, and excuses no change in another row", async () => {
    for (let stores = 0; stores <= storesOfRow; stores++) {
      using folder = scratchFolder();
      const path = wholeBox(folder.path);
      using box = openBox(path, description, "write");
      cutAfter(stores, (store) => listRequest(storingBox(box, store), aRow(1)));
      const counted = stores < storesOfRow - 1 ? 1 : 2;

      expect(await rowsIn(path), `after ${stores} stores`).toBe(counted);
      expect(await isCaught(path, false)).toBe(stores > 0 && stores < storesOfRow);
      const missed: number[] = [];
      for (let bit = 0; bit < box.requests.length * 32; bit++) {
        const change = (): number => (box.requests[bit >>> 5]! ^= 1 << (bit & 31));
        change();
        // A row that is not counted yet was never handed over, so its content does not matter.
        const inHand = Math.floor(bit / 32 / rowWords) === 1 && stores > 0 && counted === 1;
        if ((await isCaught(path)) === inHand) missed.push(bit);
        change();
      }

      expect(missed, `after ${stores} stores`).toEqual([]);
    }
  });

  it.each([
    1,
    2 ** 40 + 0.5,
    2 ** 60,
    // Beyond the bits of the first and last plane, the last number and the last row; and an unknown
    // target.
    2 ** 40 + 64,
    3 * 2 ** 40 + 64,
    4 * 2 ** 40 + 65,
    5 * 2 ** 40 + 4,
    6 * 2 ** 40,
  ])("is impossible with %d pending", async (pending) => {
    using folder = scratchFolder();
    const path = wholeBox(folder.path);
    using box = openBox(path, description, "write");
    box.set("pending", pending);

    expect(await isCaught(path)).toBe(true);
  });
});

function wholeBox(folder: string): string {
  return writeBox(folder, "life.box", description, (box) => {
    moveNext(box, next);
    for (const number of acceptedBefore) box.planes.accepted.mark(number);
    for (const number of [10, 11]) box.planes.rejected.mark(number);
    for (const number of [3, 10, 40]) box.planes.handed.mark(number);
    listRequest(box, aRow(0));
  });
}

function aRow(correlationId: number): RequestRow {
  const messages = { lowest: 3, highest: 40, ends: 900, partitions: [0, 127] };
  return { connection: 2, broker: 1, correlationId, at: 4_000_000_000, ...messages };
}

/** A box whose writer was killed after this many stores of a mark. */
function boxCutAt(stores: number, index: number): Disposable & { path: string } {
  const folder = scratchFolder();
  const path = wholeBox(folder.path);
  const bytes = new Uint8Array(readFileSync(path)).buffer;
  const { at, length } = sectionsOf(description).planes[0]!;
  const names = countersOf("producer");
  const indices = { counter: names.indexOf("accepted"), pending: names.indexOf("pending"), plane: 0 };
  cutAfter(stores, (store) => {
    const words = storingInto(new Uint32Array(bytes, at, length), store);
    const counters = storingInto(new Float64Array(bytes, countersAt, counterCount), store);
    const digests = storingInto(new Uint32Array(bytes, digestsAt, digestCount), store);
    new Plane(words, counters, digests, indices).mark(index);
  });
  writeFileSync(path, new Uint8Array(bytes));
  return { path, [Symbol.dispose]: () => folder[Symbol.dispose]() };
}

/** Runs work that stores. After the last allowed store, it stores nothing more. */
function cutAfter(stores: number, work: (store: () => void) => void): void {
  const killed = new Error("killed");
  let left = stores;
  try {
    work(() => {
      if (left-- === 0) throw killed;
    });
  } catch (error) {
    if (error !== killed) throw error;
  }
}

function storingInto<Numbers extends Uint32Array | Float64Array>(
  numbers: Numbers,
  store: () => void,
): Numbers {
  return new Proxy(numbers, {
    get: (target, key) => Reflect.get(target, key) as unknown,
    set: (target, key, value) => {
      store();
      return Reflect.set(target, key, value);
    },
  });
}

function storingBox(box: BlackBox<"producer">, store: () => void): BlackBox<"producer"> {
  return {
    ...box,
    requests: storingInto(box.requests, store),
    set: (name, value) => {
      store();
      box.set(name, value);
    },
  };
}

function flip(path: string, plane: number, bit: number): void {
  const bytes = readFileSync(path);
  const at = sectionsOf(description).planes[plane]!.at + (bit >>> 3);
  bytes[at]! ^= 1 << (bit & 7);
  writeFileSync(path, bytes);
}

async function acceptedIn(path: string, killed = true): Promise<number[]> {
  await using box = await readBox(path, {
    kind: "producer",
    runId,
    worker: 0,
    life: 0,
    bits: description.bits,
    killed,
  });
  await box.requests();
  await box.plane("rejected");
  await box.plane("handed");
  const words = await box.plane("accepted");
  return Array.from({ length: description.bits }, (_, bit) => bit).filter(
    (bit) => ((words[bit >>> 5]! >>> (bit & 31)) & 1) === 1,
  );
}

async function nextIn(path: string): Promise<number> {
  await using box = await readBox(path, {
    kind: "producer",
    runId,
    worker: 0,
    life: 0,
    bits: description.bits,
    killed: true,
  });
  return box.counter("next");
}

async function rowsIn(path: string): Promise<number> {
  await using box = await readBox(path, {
    kind: "producer",
    runId,
    worker: 0,
    life: 0,
    bits: description.bits,
    killed: true,
  });
  return (await box.requests()).count;
}

async function isCaught(path: string, killed = true): Promise<boolean> {
  return await acceptedIn(path, killed).then(
    () => false,
    (error: unknown) => {
      if (error instanceof EvidenceError) return true;
      throw error;
    },
  );
}
