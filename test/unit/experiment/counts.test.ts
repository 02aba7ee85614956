import { join } from "node:path";

import { describe, expect, it } from "vitest";

import { type SocketCounts, socketsOf, touchedBetween } from "../../../src/experiment/counts.js";
import { createBox, openBox } from "../../../src/ledger/box/black-box.js";
import type { Crew } from "../../../src/crew/crew.js";
import { type SocketRecorder, socketRecorder } from "../../../src/worker/sockets.js";
import { describedAs } from "../../support/black-boxes.js";
import { scratchFolder } from "../../support/scratch-folder.js";

const fetch = Buffer.from([0, 0, 0, 6, 0, 1, 0, 11, 0, 0]);
const heartbeat = Buffer.from([0, 0, 0, 6, 0, 12, 0, 3, 0, 0]);

describe("a downstream link fault touches", () => {
  it("a connection that waits for an answer, even if another answer came meanwhile", () => {
    using consumer = aConsumer();
    const { sockets, look } = consumer;
    const connection = sockets.opened(0, 1_000);
    sockets.wrote(connection, fetch);
    sockets.wrote(connection, heartbeat);
    sockets.answered(connection, 1);

    expect(touchedBetween(look(), look(), "downstream")).toBe(1);
  });

  it("only a connection that asks for an answer while the fault is in force", () => {
    using consumer = aConsumer();
    const { sockets, look } = consumer;
    const [asks] = [sockets.opened(0, 1_000), sockets.opened(0, 1_000)];
    const start = look();
    expect(touchedBetween(start, look(), "downstream")).toBe(0);
    sockets.wrote(asks, fetch);
    sockets.answered(asks, 1);

    expect(touchedBetween(start, look(), "downstream")).toBe(1);
  });

  it("no connection that was closed while it waited", () => {
    using consumer = aConsumer();
    const { sockets, look } = consumer;
    const connection = sockets.opened(0, 1_000);
    sockets.wrote(connection, fetch);
    sockets.closed(connection);

    expect(touchedBetween(look(), look(), "downstream")).toBe(0);
  });
});

it("a cut link touches the dials that it refuses and the connections that it closes", () => {
  using consumer = aConsumer();
  const { sockets, look } = consumer;
  const [closed] = [sockets.opened(0, 1_000), sockets.opened(0, 1_000)];
  const start = look();
  sockets.closed(closed);
  sockets.refused("proxy");
  sockets.refused("broker");

  expect(touchedBetween(start, look(), "down")).toBe(2);
});

/** A life of a consumer, as a run sees it, with sockets that the test moves. */
function aConsumer(): Disposable & { sockets: SocketRecorder; look: () => SocketCounts } {
  const folder = scratchFolder();
  const path = join(folder.path, "life.box");
  const description = describedAs("consumer");
  createBox(path, description);
  const box = openBox(path, description, "write");
  const life = { role: "consumer", box, recorded: description, process: { end: undefined } };
  const crew = { lives: [life] } as unknown as Crew;
  return {
    sockets: socketRecorder(box, () => {}, { expectsAnswer: () => true }),
    look: () => socketsOf(crew, "consumer"),
    [Symbol.dispose]: () => {
      box[Symbol.dispose]();
      folder[Symbol.dispose]();
    },
  };
}
