import { spawn } from "node:child_process";
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";

import { expect, test } from "vitest";

import { connectionsOf } from "../../../src/processes/connections.js";

const dials = (port: number) =>
  `const s = [1, 2].map(() => require("node:net").connect(${port}, "127.0.0.1")); setTimeout(() => {}, 60000);`;

test.runIf(process.platform === "linux")(
  "connectionsOf lists the connections of a process group only",
  async () => {
    const server = createServer((socket) => socket.on("error", () => {}));
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    // The child of the command belongs to its group, too.
    const command = spawn("sh", ["-c", `"$0" -e "$1" & wait`, process.execPath, dials(port)], {
      detached: true,
      stdio: "ignore",
    });
    const other = spawn(process.execPath, ["-e", dials(port)], { detached: true, stdio: "ignore" });
    try {
      await expect
        .poll(() => connectionsOf(command.pid!, new Set([port])), { timeout: 60_000 })
        .toHaveLength(2);
      await expect
        .poll(() => connectionsOf(other.pid!, new Set([port])), { timeout: 60_000 })
        .toHaveLength(2);
      const seen = connectionsOf(command.pid!, new Set([port, 1]));
      expect(new Set(seen).size).toBe(2);
      expect(connectionsOf(command.pid!, new Set([1]))).toEqual([]);
      process.kill(-command.pid!, "SIGKILL");
      await expect.poll(() => connectionsOf(command.pid!, new Set([port])), { timeout: 60_000 }).toEqual([]);
    } finally {
      for (const child of [command, other])
        if (child.exitCode === null && child.signalCode === null) process.kill(-child.pid!, "SIGKILL");
      server.close();
    }
  },
);
