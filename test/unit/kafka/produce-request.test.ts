import { describe, expect, it } from "vitest";

import { messageWriter } from "../../../src/kafka/message.js";
import { produceRequestReader } from "../../../src/kafka/produce-request.js";
import { runId } from "../../support/black-boxes.js";
import { encodeRequest } from "./encode-request.js";

describe("the reader of produce requests", () => {
  it("returns the messages of a request, partition by partition", async () => {
    const values = messageWriter(runId, 3, 100)(50, 60, 1_700_000_000_000.5);
    const request = await aRequest(
      { 4: values.slice(0, 3), 0: values.slice(3, 4), 127: values.slice(4) },
      77,
    );
    const { correlationId, numbers, count, partitions } = produceRequestReader(runId, 3)(request);

    expect(correlationId).toBe(77);
    expect([...numbers.subarray(0, count)]).toEqual([53, 50, 51, 52, 54, 55, 56, 57, 58, 59]);
    expect(partitions).toEqual([0, 4, 127]);
  });

  it("reads messages of any size and number, with lengths of one to four bytes", async () => {
    const read = produceRequestReader(runId, 0);
    for (const size of [40, 50, 63, 64, 100, 8_000, 9_000, 1_100_000]) {
      for (const count of [1, 2, 200]) {
        if (size * count > 3_000_000) continue;
        const values = messageWriter(runId, 0, size)(7, 7 + count, 1);
        const { numbers, count: found } = read(await aRequest({ 0: values }));

        expect([...numbers.subarray(0, found)], `${count} of ${size} bytes`).toEqual(
          Array.from({ length: count }, (_, index) => 7 + index),
        );
      }
    }
  });

  it("reads a message that is larger than its neighbours", async () => {
    const [one, two, three] = messageWriter(runId, 0, 100)(1, 4, 1);
    const large = Buffer.alloc(2_000_000, ".");
    two!.copy(large);
    const { numbers, count } = produceRequestReader(runId, 0)(await aRequest({ 0: [one!, large, three!] }));

    expect([...numbers.subarray(0, count)]).toEqual([1, 2, 3]);
  });

  it("does not find messages in the padding of another one", async () => {
    const [value] = messageWriter(runId, 0, 400)(5, 6, 1);
    value!.copy(value!, 100, 0, 40);
    value!.write("LBM1", 200);
    const { numbers, count } = produceRequestReader(runId, 0)(await aRequest({ 0: [value!] }));

    expect([...numbers.subarray(0, count)]).toEqual([5]);
  });

  it("throws when a record belongs to another run or producer, or is not a message", async () => {
    const read = produceRequestReader(runId, 0);
    const foreign = [
      messageWriter("ff".repeat(16), 0, 100)(0, 1, 1)[0]!,
      messageWriter(runId, 1, 100)(0, 1, 1)[0]!,
      Buffer.alloc(100, "."),
      Buffer.alloc(0),
    ];
    for (const value of foreign) {
      const request = await aRequest({ 0: [messageWriter(runId, 0, 100)(0, 1, 1)[0]!, value] });

      expect(() => read(request)).toThrow(expect.objectContaining({ code: "HARNESS" }));
    }
  });

  it("throws when a request is truncated, compressed or of a version with another layout", async () => {
    const read = produceRequestReader(runId, 0);
    const request = await aRequest({ 0: messageWriter(runId, 0, 100)(0, 5, 1) });
    for (let length = 0; length < request.length; length += 7) {
      expect(() => read(request.subarray(0, length)), `${length} bytes`).toThrow(
        "cannot parse a produce request",
      );
    }
    const compressed = Buffer.from(request);
    // After the first batch's offset, length, leader epoch, magic and checksum.
    compressed[request.length - request.readInt32BE(51) + 22]! |= 1;
    const later = Buffer.from(request);
    later.writeInt16BE(9, 6);

    expect(() => read(Buffer.concat([request, Buffer.alloc(1)]))).toThrow("cannot parse a produce request");
    expect(() => read(compressed)).toThrow("cannot parse a produce request");
    expect(() => read(later)).toThrow("cannot parse a produce request");
    expect(read(request).count).toBe(5);
  });
});

function aRequest(batches: Record<number, readonly Buffer[]>, correlationId = 1): Promise<Buffer> {
  return encodeRequest(correlationId, batches);
}
