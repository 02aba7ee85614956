import { expect, it } from "vitest";

import { answerCounter } from "../../../../src/kafka/dial/answers.js";

const lengths = [0, 1, 3, 4, 255, 256, 70_000];

it.each([1, 2, 3, 5, 7, 64, 1000, 1_000_000])(
  "answerCounter counts each answer at its last byte, in chunks of %i",
  (size) => {
    const stream = Buffer.concat(lengths.map(anAnswer));
    const ends = lengths.map((_, index) => Buffer.concat(lengths.slice(0, index + 1).map(anAnswer)).length);
    const count = answerCounter();

    let counted = 0;
    for (let at = 0; at < stream.length; at += size) {
      counted += count(stream.subarray(at, at + size));
      expect(counted).toBe(ends.filter((end) => end <= at + size).length);
    }
    expect(counted).toBe(lengths.length);
  },
);

it("answerCounter counts each connection separately", () => {
  const [one, two] = [answerCounter(), answerCounter()];
  expect([one(anAnswer(10).subarray(0, 6)), two(anAnswer(3)), one(anAnswer(10).subarray(6))]).toEqual([
    0, 1, 1,
  ]);
});

/** Its bytes would be huge lengths if they were read as such. */
function anAnswer(length: number): Buffer {
  const answer = Buffer.alloc(4 + length, 0xff);
  answer.writeInt32BE(length);
  return answer;
}
