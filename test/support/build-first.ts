import { run } from "./run-program.js";
import { repository } from "./paths.js";

/**
 * Builds before the first test of a tier that uses the build, so that no test runs outdated code.
 * The build is incremental.
 */
export default async function setup(): Promise<void> {
  const { code, stdout, stderr } = await run("npm", ["run", "--silent", "build"], {
    cwd: repository,
    timeout: 300_000,
  });
  if (code !== 0) throw new Error(`cannot test because the build failed:\n${stdout}${stderr}`);
}
