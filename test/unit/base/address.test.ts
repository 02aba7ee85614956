import { describe, expect, test } from "vitest";

import {
  advertisedAddress,
  formatAddress,
  parseAddress,
  readAddress,
  readListenAddress,
} from "../../../src/base/address.js";
import { readOrigin, withoutUserinfo } from "../../../src/base/origin.js";

describe("an address", () => {
  test.each([
    ["kafka:9092", { host: "kafka", port: 9092 }],
    [" 10.0.0.5:1 ", { host: "10.0.0.5", port: 1 }],
    ["[::1]:65535", { host: "::1", port: 65_535 }],
  ])("%j is a host and a port", (text, address) => {
    expect(readAddress(text)).toEqual(address);
    expect(formatAddress(address.host, address.port)).toBe(text.trim());
  });

  test.each([
    "",
    "kafka",
    "kafka:",
    ":9092",
    "kafka:0",
    "kafka:65536",
    "::1:9092",
    "[kafka]:9092",
    "a b:1",
    "http://k:1",
  ])("%j is rejected", (text) => expect(readAddress(text)).toBeUndefined());

  test("to listen on may have an empty host and port 0", () => {
    expect(readListenAddress(":0")).toEqual({ host: "", port: 0 });
    expect(readListenAddress("[::]:8474")).toEqual({ host: "::", port: 8474 });
    expect(readListenAddress("nowhere")).toBeUndefined();
  });

  test("that is malformed causes a usage error, or an ENVIRONMENT error if a broker advertises it", () => {
    expect(() => parseAddress("--brokers", "b")).toThrow(expect.objectContaining({ code: "USAGE" }));
    expect(() => advertisedAddress("::1:9092")).toThrow(
      expect.objectContaining({
        code: "ENVIRONMENT",
        message: expect.stringMatching(
          /^address advertised by a broker: expected host:port.*got "::1:9092"$/,
        ),
      }),
    );
  });
});

describe("the URL of an API", () => {
  test("is reduced to its origin", () => {
    expect(readOrigin("http://[::1]:8474/")).toBe("http://[::1]:8474");
  });

  test.each(["t:8474", "ftp://t", "http://t/proxies", "http://t/?a=b", "http://user@t", "http://:secret@t"])(
    "%j is rejected",
    (url) => expect(readOrigin(url)).toBeUndefined(),
  );

  test.each([
    ["http://user:secret@t:8474", "http://…@t:8474"],
    ["http://:sec/ret@t", "http://…@t"],
    ["http://user:se@cret@t", "http://…@t"],
    ["user:secret@t:8474", "…@t:8474"],
    ["http://t:8474", "http://t:8474"],
  ])("%j is printed without user and password", (url, shown) => {
    expect(withoutUserinfo(url)).toBe(shown);
  });
});
