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

test("metrics are not published by default", () => {
  expect(readMetricsSettings(nothing, "run")).toBeUndefined();
});

test("metrics are served on 127.0.0.1, unless --metrics-host is given", () => {
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

test("the URL of a Pushgateway may have a path", () => {
  const pushgateway = "https://push.example/prefix";
  expect(readMetricsSettings({ ...nothing, pushgateway }, "run")).toMatchObject({ pushgateway });
});

test.each([
  [{ "metrics-port": "65536" }, '--metrics-port: expected an integer from 0 to 65535, got "65536"'],
  [{ "metrics-port": "x" }, '--metrics-port: expected an integer from 0 to 65535, got "x"'],
  [{ "metrics-port": "0", quiet: true }, "--metrics-port 0 cannot be combined with --quiet"],
  [
    { "metrics-port": "1", "metrics-host": "a b" },
    '--metrics-host: expected a host name or an address, got "a b"',
  ],
  [{ "metrics-host": "localhost" }, "--metrics-host requires --metrics-port"],
  [{ linger: true }, "--linger requires --metrics-port"],
  [{ "metrics-port": "1", "linger-limit": "9s" }, "--linger-limit requires --linger"],
  [
    { "metrics-port": "1", linger: true, "linger-limit": "0s" },
    '--linger-limit: expected a time above 0, such as 90s, got "0s"',
  ],
  [{ pushgateway: "ftp://x" }, 'got "ftp://x"'],
  [{ pushgateway: "http://me:secret@x" }, 'got "http://…@x"'],
])("%j is rejected", (written, message) => {
  const read = () => readMetricsSettings({ ...nothing, ...written }, "run");
  expect(read).toThrow(expect.objectContaining({ code: "USAGE", message: expect.stringContaining(message) }));
});
