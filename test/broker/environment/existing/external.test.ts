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
  ["no broker", { brokers: [] }, /--brokers names no broker/],
  ["a broker without a port", { brokers: ["127.0.0.1"] }, /"127.0.0.1" is not host:port/],
  ["a port that is none", { brokers: ["127.0.0.1:99999"] }, /"127.0.0.1:99999" is not host:port/],
  ["a URL for a broker", { brokers: ["kafka://b:9092"] }, /"kafka:\/\/b:9092" is not host:port/],
  ["no URL for Toxiproxy", { toxiproxy: "127.0.0.1:8474" }, /"127.0.0.1:8474" is not the URL of its API/],
  [
    "an IPv6 broker",
    { brokers: ["[::1]:9092"] },
    /"\[::1\]:9092" is an IPv6 address, which kafkajs cannot dial/,
  ],
  [
    "a password for Toxiproxy",
    { toxiproxy: "http://me:secret@t:1" },
    /^(?!.*secret).*"http:\/\/…@t:1" is not the URL/,
  ],
  ["a remote Toxiproxy alone", { toxiproxy: "http://10.1.2.3:8474" }, /not on this machine.* --proxy-host/],
  ["a port on the proxy host", { proxyHost: "10.1.2.3:80" }, /--proxy-host: "10.1.2.3:80" is not a host/],
])("%s is an error of usage", async (_, wrong, message) => {
  await expect(openExternal({ ...given, ...wrong })).rejects.toMatchObject({
    code: "USAGE",
    message: expect.stringMatching(message),
  });
});

test("where no Toxiproxy answers, the environment is at fault", async () => {
  const [port] = await freePorts(1);
  const options = { ...given, toxiproxy: `http://localhost:${port}` };
  await expect(openExternal(options)).rejects.toMatchObject({ code: "ENVIRONMENT" });
});

test("a Toxiproxy on this machine listens on 127.0.0.1, one elsewhere where it is told to", async () => {
  await using near = await openExternal({ ...given, toxiproxy: own.url });
  expect(near).toMatchObject({ kind: "external", proxyHost: "127.0.0.1", toxiproxy: own.url });
  expect(near.bootstrap).toEqual(["127.0.0.1:9092"]);
  expect(near.versions.proxy).toMatch(/^git$|^\d+\./);
  await using told = await openExternal({ ...given, toxiproxy: own.url, proxyHost: "::1" });
  expect(told.proxyHost).toBe("::1");
});

test("its end takes our folders away, and leaves Toxiproxy and other people's proxies", async () => {
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
