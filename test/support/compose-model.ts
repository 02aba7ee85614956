import { execFile, execFileSync } from "node:child_process";
import { promisify } from "node:util";
import { repository } from "./paths.js";

const script = `${repository}scripts/compose-model.mjs`;

/** The model of docker-compose.yml, as far as the tests use it. */
export interface Model {
  services: Record<string, Service>;
  volumes: Record<string, unknown>;
}

export interface Service {
  image: string;
  build?: { context: string; dockerfile: string };
  command?: string | string[];
  environment?: Record<string, string>;
  network_mode?: string;
  restart?: string;
  ports?: { host_ip?: string; published: string; target: number }[];
  volumes?: { type: string; source: string; target: string; read_only?: boolean }[];
  depends_on?: Record<string, { condition: string }>;
  healthcheck?: { test: string[] };
}

/**
 * Replaces the model on a machine that cannot read it; all tests that use the model are skipped
 * there.
 */
export const noModel: Model = { services: {}, volumes: {} };

export function readModel(): Model {
  // Read the file alone, independent of the variables of this shell.
  const { LOSSBOUND_SCENARIOS: _, ...env } = process.env;
  const options = { encoding: "utf8", timeout: 600_000, env } as const;
  return JSON.parse(execFileSync(process.execPath, [script], options)) as Model;
}

/** Lists references to services and volumes that do not exist, which the schema does not check. */
export function missingIn({ services, volumes }: Model): string[] {
  return Object.values(services).flatMap((service) => [
    ...[...Object.keys(service.depends_on ?? {}), ...networkOf(service)].filter(
      (name) => !(name in services),
    ),
    ...(service.volumes ?? [])
      .filter(({ type, source }) => type === "volume" && !(source in volumes))
      .map(({ source }) => source),
  ]);
}

function networkOf({ network_mode: mode = "" }: Service): string[] {
  return mode.startsWith("service:") ? [mode.slice("service:".length)] : [];
}

/** Returns the error of a compose file; an empty string if it is valid. */
export async function complaintAbout(file: string): Promise<string> {
  return await promisify(execFile)(process.execPath, [script, file]).then(
    () => "",
    (error: unknown) => (error as { stderr: string }).stderr,
  );
}
