import { readFileSync, writeFileSync } from "node:fs";

import fc from "fast-check";

/** Damage to a file: bytes that are changed, removed, inserted, or zeroed. */
export type Damage =
  | { kind: "flip"; at: Place; mask: number }
  | { kind: "overwrite"; at: Place; bytes: Uint8Array }
  | { kind: "cut"; at: Place; bytes: number }
  | { kind: "insert"; at: Place; bytes: Uint8Array }
  | { kind: "zero"; at: Place; bytes: number }
  | { kind: "repeat"; at: Place; bytes: number };

/** A position in a file, counted from its start or its end. */
interface Place {
  from: "start" | "end";
  bytes: number;
}

// Headers, counters and planes are at the two ends of a black box; the connections are in its
// middle.
const distance = fc.oneof({ weight: 5, arbitrary: fc.nat(5000) }, { weight: 1, arbitrary: fc.nat(300_000) });
const place: fc.Arbitrary<Place> = fc.record({ from: fc.constantFrom("start", "end"), bytes: distance });
const someBytes = fc.uint8Array({ minLength: 1, maxLength: 16 });
const length = fc.oneof(fc.integer({ min: 1, max: 64 }), fc.constant(4096));

export const anyDamage: fc.Arbitrary<Damage> = fc.oneof(
  fc.record({ kind: fc.constant("flip" as const), at: place, mask: fc.integer({ min: 1, max: 255 }) }),
  fc.record({ kind: fc.constant("overwrite" as const), at: place, bytes: someBytes }),
  fc.record({ kind: fc.constant("cut" as const), at: place, bytes: length }),
  fc.record({ kind: fc.constant("insert" as const), at: place, bytes: someBytes }),
  fc.record({ kind: fc.constant("zero" as const), at: place, bytes: length }),
  fc.record({ kind: fc.constant("repeat" as const), at: place, bytes: length }),
);

/** Damages a file until disposal. */
export function withDamages(path: string, damages: readonly Damage[]): Disposable {
  const original = readFileSync(path);
  writeFileSync(path, damages.reduce(damaged, original));
  return { [Symbol.dispose]: () => writeFileSync(path, original) };
}

function damaged(file: Buffer, damage: Damage): Buffer {
  const { from, bytes: away } = damage.at;
  const at =
    file.length === 0 ? 0 : from === "start" ? away % file.length : file.length - 1 - (away % file.length);
  const [before, behind] = [file.subarray(0, at), file.subarray(at)];
  switch (damage.kind) {
    case "flip": {
      const flipped = Buffer.from(file);
      if (at < flipped.length) flipped[at]! ^= damage.mask;
      return flipped;
    }
    case "overwrite":
      return Buffer.concat([before, damage.bytes, behind.subarray(damage.bytes.length)]).subarray(
        0,
        file.length,
      );
    case "cut":
      return Buffer.concat([before, behind.subarray(damage.bytes)]);
    case "insert":
      return Buffer.concat([before, damage.bytes, behind]);
    case "zero":
      return Buffer.concat([
        before,
        Buffer.alloc(Math.min(damage.bytes, behind.length)),
        behind.subarray(damage.bytes),
      ]);
    case "repeat":
      return Buffer.concat([before, behind.subarray(0, damage.bytes), behind]).subarray(0, file.length);
  }
}
