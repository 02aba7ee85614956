import { execFile, execFileSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { promisify } from "node:util";

import { describe, expect, it } from "vitest";
import { parse } from "yaml";

import { composePorts } from "../../../src/environment/existing/docker.js";
import { kafkaRelease } from "../../../src/environment/local/kafka-jars.js";
import { toxiproxyPart } from "../../../src/environment/local/toxiproxy-server.js";
import { toolForTests } from "../../support/tools.js";
import { complaintAbout, missingIn, noModel, readModel, type Service } from "../../support/compose-model.js";
import { inRepository, cli } from "../../support/paths.js";

const text = (path: string): string => readFileSync(inRepository(path), "utf8");
// A compiler of Go builds what reads the file.
const go = toolForTests("go");
const model = go === undefined ? noModel : readModel();
const { services } = model;
const { kafka, toxiproxy, lossbound, prometheus, grafana } = services as Record<string, Service> & {
  [name in "kafka" | "toxiproxy" | "lossbound" | "prometheus" | "grafana"]: Service;
};
const promtool = toolForTests("promtool");

describe.skipIf(go === undefined)("docker-compose.yml", () => {
  it("is what the Compose specification says, and would not be with a word of it broken", async () => {
    const whole = text("docker-compose.yml");
    const broken = [
      [/retries: 30/, "retrys: 30", /healthcheck additional properties 'retrys' not allowed/],
      [/condition: service_started/, "condition: service_up", /condition value must be one of/],
      [/network_mode: service:kafka/, "network_mode: [kafka]", /network_mode must be a string/],
      [/127\.0\.0\.1:9090:9090/, "127.0.0.1:9090:90900", /Invalid containerPort: 90900/],
    ] as const;

    expect(await complaintAbout(inRepository("docker-compose.yml"))).toBe("");
    for (const [from, to, complaint] of broken) {
      const folder = mkdtempSync(join(tmpdir(), "lossbound-compose-"));
      try {
        expect(whole).toMatch(from);
        writeFileSync(join(folder, "docker-compose.yml"), whole.replace(from, to));
        expect(await complaintAbout(join(folder, "docker-compose.yml"))).toMatch(complaint);
      } finally {
        rmSync(folder, { recursive: true });
      }
    }
  });

  it("means no service and no volume that is not there, and would be found out if it did", () => {
    const strange = {
      ...lossbound,
      network_mode: "service:kafak",
      depends_on: { redpanda: { condition: "" } },
    };

    expect(missingIn(model)).toEqual([]);
    expect(missingIn({ services: { ...services, strange }, volumes: {} })).toEqual([
      "results",
      "prometheus",
      "redpanda",
      "kafak",
      "results",
    ]);
  });

  it("has the versions that the code has, and no image without one", () => {
    expect(Object.keys(services).toSorted()).toEqual([
      "grafana",
      "kafka",
      "lossbound",
      "prometheus",
      "toxiproxy",
    ]);
    expect(kafka.image).toBe(`apache/kafka:${kafkaRelease().version}`);
    expect(toxiproxy.image).toBe(`ghcr.io/shopify/${toxiproxyPart.replace("-server-", ":")}`);
    // The dashboards are compiled against the types of the Grafana that shows them.
    expect(grafana.image).toBe(`grafana/grafana:${installed("@grafana/schema")}`);
    expect(prometheus.image).toMatch(/^prom\/prometheus:v\d+\.\d+\.\d+$/);
    expect(lossbound.build?.dockerfile).toBe("Dockerfile");
  });

  it("publishes the ports that the code knows, and all of them on 127.0.0.1 alone", () => {
    const published = Object.values(services).flatMap((service) => service.ports ?? []);
    for (const { host_ip, published: port, target } of published) {
      expect(host_ip).toBe("127.0.0.1");
      expect(port).toBe(String(target));
    }

    const { broker, toxiproxy: api, proxies } = composePorts;
    expect(published.map(({ target }) => target).toSorted((a, b) => a - b)).toEqual(
      [broker, api, ...proxies, optionOf("--metrics-port"), portOf(datasource().url), 3000].toSorted(
        (a, b) => a - b,
      ),
    );
    expect(published.length).toBe(proxies.length + 5);
  });

  it("has one network for broker, Toxiproxy and lossbound, where the broker is what it says it is", () => {
    expect([toxiproxy.network_mode, lossbound.network_mode]).toEqual(["service:kafka", "service:kafka"]);
    expect(kafka.environment).toMatchObject({
      KAFKA_ADVERTISED_LISTENERS: `PLAINTEXT://127.0.0.1:${composePorts.broker}`,
      KAFKA_LISTENERS: expect.stringContaining(`PLAINTEXT://0.0.0.0:${composePorts.broker},`),
    });
    expect(toxiproxy.command).toEqual(["-host=0.0.0.0"]);
  });

  it("looks at the health of every service, and has each wait for those it needs", () => {
    const healthOf = (service: Service): string => service.healthcheck?.test.join(" ") ?? "none";

    expect(healthOf(kafka)).toContain(`127.0.0.1 ${composePorts.broker}`);
    expect(healthOf(toxiproxy)).toBe("CMD /toxiproxy-cli list");
    expect(healthOf(lossbound)).toContain(`http://127.0.0.1:${optionOf("--metrics-port")}/metrics`);
    expect(healthOf(prometheus)).toContain(`http://127.0.0.1:${portOf(datasource().url)}/-/ready`);
    expect(healthOf(grafana)).toContain("http://127.0.0.1:3000/api/health");
    expect(lossbound.depends_on).toMatchObject({
      kafka: { condition: "service_healthy" },
      toxiproxy: { condition: "service_healthy" },
    });
    expect(grafana.depends_on).toMatchObject({ prometheus: { condition: "service_healthy" } });
  });

  it("runs a command that lossbound has, on scenarios that are shipped, over and over", () => {
    const words = wordsOf(lossbound);
    const help = execFileSync(process.execPath, [cli, "help", "run"], {
      encoding: "utf8",
    });
    const scenarios = words.filter((word) => word.startsWith("scenarios/"));

    expect(words.slice(0, 3)).toEqual(["run", "--environment", "docker"]);
    for (const option of words.filter((word) => word.startsWith("--"))) expect(help).toContain(`${option} `);
    expect(scenarios.length).toBeGreaterThan(0);
    for (const scenario of scenarios) expect(existsSync(inRepository(scenario)), scenario).toBe(true);
    expect(lossbound.restart).toBe("unless-stopped");
  });

  it("mounts files that are there, to be read alone", () => {
    const mounts = Object.values(services).flatMap(({ volumes = [] }) =>
      volumes.filter(({ type }) => type === "bind"),
    );

    expect(mounts.length).toBe(5);
    for (const { source, read_only } of mounts) {
      expect(existsSync(source), source).toBe(true);
      expect(read_only, source).toBe(true);
    }
  });
});

describe.skipIf(go === undefined)("what Prometheus and Grafana are provisioned with", () => {
  it("scrapes lossbound where it serves its metrics, as often as Grafana believes", () => {
    const { global, scrape_configs } = parse(text("docker/prometheus.yml")) as {
      global: { scrape_interval: string };
      scrape_configs: { static_configs: { targets: string[] }[] }[];
    };
    const sharedWith = lossbound.network_mode!.replace("service:", "");

    expect(scrape_configs.flatMap((job) => job.static_configs.flatMap(({ targets }) => targets))).toEqual([
      `${sharedWith}:${optionOf("--metrics-port")}`,
    ]);
    expect(wordsOf(lossbound).join(" ")).toContain("--metrics-host 0.0.0.0");
    expect(datasource().jsonData.timeInterval).toBe(global.scrape_interval);
  });

  it("finds the rules where they are mounted", () => {
    const { rule_files } = parse(text("docker/prometheus.yml")) as { rule_files: string[] };
    const config = mountOf(prometheus, "docker/prometheus.yml");

    expect(rule_files.map((file) => join(config, "..", file))).toEqual([
      mountOf(prometheus, "dashboards/out/rules.yaml"),
    ]);
  });

  it.skipIf(promtool === undefined)("is right in the eyes of promtool", async () => {
    const folder = mkdtempSync(join(tmpdir(), "lossbound-prometheus-"));
    try {
      for (const { source, target, type } of prometheus.volumes!)
        if (type === "bind") cpSync(source, join(folder, basename(target)));
      const check = () => promisify(execFile)(promtool!, ["check", "config", join(folder, "prometheus.yml")]);

      expect((await check()).stdout).toContain("SUCCESS: 1 rule files found");
      rmSync(join(folder, "rules.yaml"));
      await expect(check()).rejects.toThrow("rules.yaml");
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("asks the Prometheus beside it", () => {
    const { url, type } = datasource();

    expect(type).toBe("prometheus");
    expect(services[new URL(url).hostname]).toBe(prometheus);
  });

  it("finds the dashboards where they are mounted, and begins with one of them", () => {
    const { providers } = parse(text("docker/grafana/dashboards.yml")) as {
      providers: { type: string; options: { path: string } }[];
    };
    const place = mountOf(grafana, "dashboards/out");
    const home = grafana.environment!["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"]!;

    expect(providers.map(({ type, options }) => [type, options.path])).toEqual([["file", place]]);
    expect(home.startsWith(`${place}/`)).toBe(true);
    expect(existsSync(inRepository("dashboards/out", basename(home)))).toBe(true);
    const provisioning = "/etc/grafana/provisioning";
    expect(mountOf(grafana, "docker/grafana/datasources.yml")).toMatch(`${provisioning}/datasources/`);
    expect(mountOf(grafana, "docker/grafana/dashboards.yml")).toMatch(`${provisioning}/dashboards/`);
  });

  it("lets nobody in with a password that everybody knows", () => {
    expect(grafana.environment).toMatchObject({
      GF_AUTH_ANONYMOUS_ORG_ROLE: "Viewer",
      GF_AUTH_DISABLE_LOGIN_FORM: "true",
      GF_AUTH_BASIC_ENABLED: "false",
    });
  });
});

describe("the Dockerfile", () => {
  const lines = text("Dockerfile")
    .split("\n")
    .filter((line) => /^[A-Z]/.test(line));
  const all = (word: string): string[][] =>
    lines.filter((line) => line.startsWith(`${word} `)).map((line) => line.split(" ").slice(1));

  it("builds in one stage and runs in another, both on one pinned Node that the package takes", () => {
    const [build, run] = all("FROM").map(([image]) => image!);

    expect(all("FROM").length).toBe(2);
    expect(build).toBe(run);
    const [, major, minor] = /^node:(\d+)\.(\d+)\.\d+-bookworm-slim$/.exec(run!) ?? [];
    const [, least, leastMinor] = />=(\d+)\.(\d+)/.exec(packageJson().engines.node)!;
    expect([Number(major), Number(minor) >= Number(leastMinor)]).toEqual([Number(least), true]);
  });

  it("has in its first stage all that a build needs", () => {
    const folder = mkdtempSync(join(tmpdir(), "lossbound-image-"));
    try {
      const stage = lines.slice(
        0,
        lines.findLastIndex((line) => line.startsWith("FROM ")),
      );
      for (const line of stage.filter((words) => words.startsWith("COPY "))) {
        const paths = line.split(" ").slice(1);
        const into = join(folder, paths.at(-1)!);
        const isFolder = into.endsWith("/");
        for (const path of paths.slice(0, -1))
          cpSync(inRepository(path), isFolder ? join(into, basename(path)) : into, { recursive: true });
      }
      symlinkSync(inRepository("node_modules"), join(folder, "node_modules"));
      execFileSync("npm", ["run", "build"], { cwd: folder, stdio: "pipe" });

      expect(readdirSync(join(folder, "dist/views/html"))).toEqual(expect.arrayContaining(["charts.js"]));
      const help = execFileSync(process.execPath, [join(folder, "dist/cli.js"), "help"], {
        encoding: "utf8",
      });
      expect(help).toContain("lossbound reports exactly");
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("runs as nobody special", () => {
    expect(all("USER")).toEqual([["node"]]);
    expect(lines.findIndex((line) => line === "USER node")).toBeGreaterThan(
      lines.findLastIndex((line) => line.startsWith("FROM ")),
    );
  });

  it("copies what is there, and what .dockerignore lets pass", () => {
    const passes = new Set(
      text(".dockerignore")
        .split("\n")
        .filter((line) => line.startsWith("!"))
        .map((line) => line.slice(1)),
    );
    const copied = all("COPY")
      .filter(([first]) => !first!.startsWith("--from="))
      .flatMap((words) => words.filter((word) => !word.startsWith("--")).slice(0, -1));

    for (const path of copied) expect(existsSync(inRepository(path)), path).toBe(true);
    expect(new Set(copied)).toEqual(passes);
  });

  it("has in its second stage all that the package ships and a run needs", () => {
    const there = all("COPY").map((words) => basename(words.at(-1)!));

    for (const needed of ["package.json", "node_modules", "dist", "parts", "schemas", "scenarios"])
      expect(there).toContain(needed);
    expect(all("ENTRYPOINT").join(" ")).toContain("/opt/lossbound/dist/cli.js");
    expect(packageJson().bin.lossbound).toBe("dist/cli.js");
  });
});

function wordsOf({ command = [] }: Service): string[] {
  return typeof command === "string" ? command.split(/\s+/) : command;
}

function optionOf(name: string): number {
  const words = wordsOf(lossbound);
  return Number(words[words.indexOf(name) + 1]);
}

function mountOf({ volumes = [] }: Service, source: string): string {
  return volumes.find((volume) => volume.source === inRepository(source))!.target;
}

function datasource(): { type: string; url: string; jsonData: { timeInterval: string } } {
  const { datasources } = parse(text("docker/grafana/datasources.yml")) as {
    datasources: ReturnType<typeof datasource>[];
  };
  return datasources[0]!;
}

function portOf(url: string): number {
  return Number(new URL(url).port);
}

function installed(name: string): string {
  return (JSON.parse(text(`node_modules/${name}/package.json`)) as { version: string }).version;
}

function packageJson(): { engines: { node: string }; bin: { lossbound: string } } {
  return JSON.parse(text("package.json")) as ReturnType<typeof packageJson>;
}
