import { existsSync } from "node:fs";

import { afterAll, beforeAll, expect, test } from "vitest";

import { openExternal } from "../../../../src/environment/existing/external.js";
import { freePorts } from "../../../../src/processes/ports.js";
import { connectToxiproxy } from "../../../../src/environment/links/toxiproxy.js";
import { type OwnToxiproxy, openOwnToxiproxy } from "../own-toxiproxy.js";

let own: OwnToxiproxy;

beforeAll(async () => {
  own = await openOwnToxiproxy();
}, 120_000);
afterAll(async () => await own[Symbol.asyncDispose]());

const given = {
  brokers: ["127.0.0.1:9092"],
  toxiproxy: "http://127.0.0.1:8474",
  progress: () => {},
};

test.each([
  ["an empty list of brokers", { brokers: [] }, /--brokers: expected at least one broker/],
  ["a broker without a port", { brokers: ["127.0.0.1"] }, /expected host:port.*got "127.0.0.1"$/],
  ["an invalid port", { brokers: ["127.0.0.1:99999"] }, /expected host:port.*got "127.0.0.1:99999"$/],
  ["a URL for a broker", { brokers: ["kafka://b:9092"] }, /expected host:port.*got "kafka:\/\/b:9092"$/],
  [
    "an address of Toxiproxy that is not a URL",
    { toxiproxy: "127.0.0.1:8474" },
    /expected the URL of its API.*got "127.0.0.1:8474"$/,
  ],
  [
    "an IPv6 broker",
    { brokers: ["[::1]:9092"] },
    /"\[::1\]:9092" is an IPv6 address, which kafkajs cannot dial/,
  ],
  [
    "a password for Toxiproxy",
    { toxiproxy: "http://me:secret@t:1" },
    /^(?!.*secret).*expected the URL of its API.*got "http:\/\/…@t:1"$/,
  ],
  [
    "a remote Toxiproxy without --proxy-host",
    { toxiproxy: "http://10.1.2.3:8474" },
    /^--proxy-host is required.*not on this machine/,
  ],
  [
    "a port on the proxy host",
    { proxyHost: "10.1.2.3:80" },
    /^--proxy-host: expected a host name.*got "10.1.2.3:80"$/,
  ],
])("%s is a usage error", async (_, wrong, message) => {
  await expect(openExternal({ ...given, ...wrong })).rejects.toMatchObject({
    code: "USAGE",
    message: expect.stringMatching(message),
  });
});

test("openExternal throws an ENVIRONMENT error when no Toxiproxy answers", async () => {
  const [port] = await freePorts(1);
  const options = { ...given, toxiproxy: `http://localhost:${port}` };
  await expect(openExternal(options)).rejects.toMatchObject({ code: "ENVIRONMENT" });
});

test("a local Toxiproxy listens on 127.0.0.1, or on the proxy host if one is given", async () => {
  await using near = await openExternal({ ...given, toxiproxy: own.url });
  expect(near).toMatchObject({ kind: "external", proxyHost: "127.0.0.1", toxiproxy: own.url });
  expect(near.bootstrap).toEqual(["127.0.0.1:9092"]);
  expect(near.versions.proxy).toMatch(/^git$|^\d+\./);
  await using told = await openExternal({ ...given, toxiproxy: own.url, proxyHost: "::1" });
  expect(told.proxyHost).toBe("::1");
});

test("an external environment deletes its own folders when disposed, but not foreign proxies", async () => {
  const toxiproxy = await connectToxiproxy(own.url);
  const foreign = await toxiproxy.createProxy({
    name: "foreign",
    listen: "127.0.0.1:0",
    upstream: "127.0.0.1:9",
  });
  const external = await openExternal({ ...given, toxiproxy: own.url });
  const { path } = await external.folder("run");
  expect(existsSync(path)).toBe(true);
  await external[Symbol.asyncDispose]();
  expect(existsSync(path)).toBe(false);
  await foreign.remove();
});
