import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * Creates a folder with these files, which is deleted with all of its content when it is disposed.
 */
export function aFolder(
  files: Readonly<Record<string, string>>,
): Disposable & { path: string; file(name: string): string } {
  const path = mkdtempSync(join(tmpdir(), "lossbound-test-"));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(path, name), text);
  return {
    path,
    file: (name) => join(path, name),
    [Symbol.dispose]: () => rmSync(path, { recursive: true }),
  };
}

export const soundScenario = `# Two consumers are killed, and lose the messages that they were processing.
guarantee: at-most-once
topic: { partitions: 2 }
producers: { rate: 1000/s, messages: 5000 }
consumers: { count: 2, commitEvery: 100, handle: 2ms }
faults:
  - { at: 1s, kill: consumer, restartAfter: 500ms, times: 4, every: 1s }
expect:
  lost: { min: 10, max: 400 }
`;
