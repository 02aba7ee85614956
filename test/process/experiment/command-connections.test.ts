import { spawn } from "node:child_process";
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";

import { expect, test } from "vitest";

import { commandSockets } from "../../../src/experiment/command-connections.js";
import { touchedBetween } from "../../../src/experiment/counts.js";
import { createBox, openBox } from "../../../src/ledger/box/black-box.js";
import type { Life } from "../../../src/crew/crew.js";
import { describedAs } from "../../support/black-boxes.js";
import { scratchFolder } from "../../support/scratch-folder.js";

const dials = (port: number) => `for (const _ of [1, 2]) require("node:net").connect(${port}, "127.0.0.1");`;

test.runIf(process.platform === "linux")(
  "a killed command's reports count for its connections, although these are gone",
  async () => {
    const server = createServer((socket) => socket.on("error", () => {})).listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    using folder = scratchFolder();
    const description = describedAs("producer");
    createBox(join(folder.path, "box"), description);
    using box = openBox(join(folder.path, "box"), description, "write");
    const args = ["-e", dials((server.address() as AddressInfo).port)];
    const child = spawn(process.execPath, args, { detached: true, stdio: "ignore" });
    const hosted: { pid: number; end: object | undefined } = { pid: child.pid!, end: undefined };
    const life = { role: "producer", recorded: description, box, process: hosted } as unknown as Life;
    const link = { role: "producer", routes: [{ broker: "b:9092", proxy: address }] } as const;
    const look = (before?: ReturnType<typeof commandSockets>) =>
      commandSockets({ lives: [life] }, link, undefined, before);
    try {
      await expect.poll(() => look().connections.size, { timeout: 60_000 }).toBe(2);
      const before = look();
      expect(touchedBetween(before, look(before), "upstream")).toBe(0);

      for (const number of [0, 1, 2]) box.planes.accepted.mark(number);
      const gone = once(child, "exit");
      process.kill(-child.pid!, "SIGKILL");
      await gone;
      hosted.end = { code: null, signal: "SIGKILL" };
      expect(touchedBetween(before, look(before), "upstream")).toBe(2);
      expect(touchedBetween(before, look(before), "down")).toBe(2);
      // It has not written since it died.
      const dead = look(before);
      expect(touchedBetween(dead, look(dead), "upstream")).toBe(0);
    } finally {
      if (child.exitCode === null && child.signalCode === null) process.kill(-child.pid!, "SIGKILL");
      server.close();
    }
  },
);
