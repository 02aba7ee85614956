import { run } from "./run-program.js";
import { repository } from "./paths.js";

/**
 * Builds before the first test of a tier that runs the build, so that none of them tests the code of
 * yesterday. Nothing is compiled anew if nothing has changed.
 */
export default async function setup(): Promise<void> {
  const { code, stdout, stderr } = await run("npm", ["run", "--silent", "build"], {
    cwd: repository,
    timeout: 300_000,
  });
  if (code !== 0) throw new Error(`the build failed, so nothing is tested:\n${stdout}${stderr}`);
}
