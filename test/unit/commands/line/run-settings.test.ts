import { expect, it } from "vitest";

import { readRunSettings } from "../../../../src/commands/line/run-settings.js";

const nothing = {
  environment: undefined,
  brokers: undefined,
  toxiproxy: undefined,
  "proxy-host": undefined,
  out: undefined,
};

it("accepts --proxy-host with --environment docker, and no other address", () => {
  const docker = { ...nothing, environment: "docker" };
  expect(readRunSettings({ ...docker, "proxy-host": "127.0.0.1" }, "run")).toEqual({
    environment: "docker",
    out: "lossbound-results",
    proxyHost: "127.0.0.1",
  });
  expect(() => readRunSettings({ ...docker, toxiproxy: "http://t:8474" }, "run")).toThrow(
    "--toxiproxy cannot be used with --environment docker",
  );
  expect(() =>
    readRunSettings({ ...nothing, environment: "local", "proxy-host": "127.0.0.1" }, "run"),
  ).toThrow("--proxy-host cannot be used with --environment local");
});
