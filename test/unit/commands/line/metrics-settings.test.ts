import { expect, test } from "vitest";

import { readMetricsSettings } from "../../../../src/commands/line/metrics-settings.js";

const nothing = {
  "metrics-port": undefined,
  "metrics-host": undefined,
  linger: false,
  "linger-limit": undefined,
  pushgateway: undefined,
  quiet: false,
};

test("nobody is given metrics who did not ask", () => {
  expect(readMetricsSettings(nothing, "run")).toBeUndefined();
});

test("metrics are served on this machine alone unless it is said otherwise", () => {
  expect(readMetricsSettings({ ...nothing, "metrics-port": "0", linger: true }, "run")).toEqual({
    serve: { host: "127.0.0.1", port: 0 },
    lingerMs: 75_000,
    pushgateway: undefined,
  });
  const other = { "metrics-port": "9464", "metrics-host": "::", linger: true, "linger-limit": "90s" };
  expect(readMetricsSettings({ ...nothing, ...other }, "run")).toMatchObject({
    serve: { host: "::", port: 9464 },
    lingerMs: 90_000,
  });
});

test("a Pushgateway may lie under a path", () => {
  const pushgateway = "https://push.example/prefix";
  expect(readMetricsSettings({ ...nothing, pushgateway }, "run")).toMatchObject({ pushgateway });
});

test.each([
  [{ "metrics-port": "65536" }, '--metrics-port is "65536"'],
  [{ "metrics-port": "x" }, '--metrics-port is "x"'],
  [{ "metrics-port": "0", quiet: true }, "nobody would be told which port"],
  [{ "metrics-port": "1", "metrics-host": "a b" }, '--metrics-host is "a b"'],
  [{ "metrics-host": "localhost" }, "--metrics-host needs --metrics-port"],
  [{ linger: true }, "--linger needs --metrics-port"],
  [{ "metrics-port": "1", "linger-limit": "9s" }, "--linger-limit needs --linger"],
  [{ "metrics-port": "1", linger: true, "linger-limit": "0s" }, '--linger-limit is "0s"'],
  [{ pushgateway: "ftp://x" }, '--pushgateway is "ftp://x"'],
  [{ pushgateway: "http://me:secret@x" }, '--pushgateway is "http://…@x"'],
])("%j is refused", (written, message) => {
  const read = () => readMetricsSettings({ ...nothing, ...written }, "run");
  expect(read).toThrow(expect.objectContaining({ code: "USAGE", message: expect.stringContaining(message) }));
});
