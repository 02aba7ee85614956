import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { dirname, join } from "node:path";

import { waitUntil } from "../../../src/base/wait.js";
import { freePorts } from "../../../src/processes/ports.js";
import type { Laboratory } from "../../support/laboratory.js";

/** A broker that requires a password, and speaks TLS under the name `localhost`. */
export interface SecuredBroker extends AsyncDisposable {
  address: string;
  /** Path of the certificate to trust. */
  certificate: string;
}

export const user = { name: "app", password: "app-only-knows-7391" };
const storePassword = "keystore-4482";

/** @param folder an empty folder for its settings and data. */
export async function startSecuredBroker(
  { environment }: Laboratory,
  folder: string,
): Promise<SecuredBroker> {
  const [port, internal, controller] = await freePorts(3);
  mkdirSync(folder, { recursive: true });
  const certificate = makeCertificate(environment.java, folder);
  const settings = join(folder, "server.properties");
  writeFileSync(settings, settingsOf(folder, port!, internal!, controller!));

  const { java, classpath } = environment;
  execFileSync(
    java,
    ["-cp", classpath, "kafka.tools.StorageTool", "format", "-t", clusterId, "-c", settings],
    { stdio: "ignore" },
  );
  const output = join(folder, "broker.log");
  const broker = await environment.start({
    name: "secured broker",
    command: java,
    args: ["-Xmx512m", "-cp", classpath, "kafka.Kafka", settings],
    env: {},
    output,
  });
  const listens = async (): Promise<boolean> => {
    return await new Promise((resolve) => {
      const socket = connect(port!, "127.0.0.1", () => resolve(true)).once("error", () => resolve(false));
      socket.once("connect", () => socket.destroy());
    });
  };
  await waitUntil("the secured broker to listen", listens, {
    limitMs: 60_000,
    evidence: () => readFileSync(output, "utf8").slice(-2000),
  });
  return {
    address: `localhost:${port}`,
    certificate,
    [Symbol.asyncDispose]: async () => {
      broker.signal("SIGKILL");
      await broker.ended;
    },
  };
}

const clusterId = "MkU3OEVBNTcwNTJENDM2Qk";

/** `keytool` is part of every Java installation. */
function makeCertificate(java: string, folder: string): string {
  const keytool = dirname(java) === "." ? "keytool" : join(dirname(java), "keytool");
  const store = ["-keystore", join(folder, "keys.p12"), "-storetype", "PKCS12", "-storepass", storePassword];
  const name = ["-dname", "CN=localhost", "-ext", "SAN=dns:localhost"];
  const run = (...args: string[]): void => {
    execFileSync(keytool, [...args, "-alias", "broker", ...store], { stdio: "ignore" });
  };
  run("-genkeypair", "-keyalg", "RSA", "-validity", "2", ...name);
  const certificate = join(folder, "certificate.pem");
  run("-exportcert", "-rfc", "-file", certificate);
  return certificate;
}

function settingsOf(folder: string, port: number, internal: number, controller: number): string {
  const login = "org.apache.kafka.common.security.plain.PlainLoginModule required";
  return Object.entries({
    "process.roles": "broker,controller",
    "node.id": 1,
    "controller.quorum.voters": `1@127.0.0.1:${controller}`,
    listeners: `CLIENT://127.0.0.1:${port},INTERNAL://127.0.0.1:${internal},CONTROLLER://127.0.0.1:${controller}`,
    "advertised.listeners": `CLIENT://localhost:${port},INTERNAL://127.0.0.1:${internal}`,
    "listener.security.protocol.map": "CLIENT:SASL_SSL,INTERNAL:PLAINTEXT,CONTROLLER:PLAINTEXT",
    "inter.broker.listener.name": "INTERNAL",
    "controller.listener.names": "CONTROLLER",
    "log.dirs": join(folder, "data"),
    "offsets.topic.num.partitions": 1,
    "offsets.topic.replication.factor": 1,
    "group.initial.rebalance.delay.ms": 0,
    "auto.create.topics.enable": false,
    "sasl.enabled.mechanisms": "PLAIN",
    "listener.name.client.plain.sasl.jaas.config": `${login} user_${user.name}="${user.password}";`,
    "listener.name.client.ssl.keystore.type": "PKCS12",
    "listener.name.client.ssl.keystore.location": join(folder, "keys.p12"),
    "listener.name.client.ssl.keystore.password": storePassword,
    "listener.name.client.ssl.key.password": storePassword,
  })
    .map(([key, value]) => `${key}=${value}\n`)
    .join("");
}
