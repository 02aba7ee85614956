/**
 * An error the user can act on. Every error that lossbound throws on purpose is one of these: it has
 * a stable `code`, says in its message where, what was found and what is allowed, and carries the
 * evidence (`detail`, e.g. the last lines of the broker's log) and the `cause` it was made from.
 */
export class LossboundError extends Error {
  override readonly name: string = "LossboundError";
  readonly code: ErrorCode;
  readonly detail: string | undefined;

  constructor(code: ErrorCode, message: string, options: { cause?: unknown; detail?: string } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.detail = options.detail;
  }
}

/** Where the error belongs: it decides the exit code. */
export type ErrorCode =
  /** The command line is wrong (exit 64). */
  | "USAGE"
  /** A scenario file, or a stored run, does not say what it should (exit 64). */
  | "INPUT"
  /** A part is missing or would not start (exit 3). */
  | "ENVIRONMENT"
  /** Something took longer than its limit (exit 3). */
  | "DEADLINE"
  /** Evidence contradicts itself: the harness is wrong, and there is no verdict (exit 3). */
  | "HARNESS"
  /** The user ended the run (exit 130). */
  | "INTERRUPTED";

/** The exit codes of the command line, one meaning each. */
export const exitCode = {
  held: 0,
  broken: 1,
  inconclusive: 2,
  couldNotRun: 3,
  usage: 64,
  interrupted: 130,
} as const;

export function exitCodeOf(thrown: unknown): number {
  const [error] = errorsIn(thrown);
  if (!(error instanceof LossboundError)) return exitCode.couldNotRun;
  switch (error.code) {
    case "USAGE":
    case "INPUT":
      return exitCode.usage;
    case "ENVIRONMENT":
    case "DEADLINE":
    case "HARNESS":
      return exitCode.couldNotRun;
    case "INTERRUPTED":
      return exitCode.interrupted;
  }
}

/**
 * The errors in what was thrown, in the order in which they happened. Where a body failed, and then
 * the disposal of what it held, `await using` throws one error with both in it: the first is why it
 * failed, and the others are what went wrong while cleaning up.
 */
export function errorsIn(thrown: unknown): [unknown, ...unknown[]] {
  if (!isSuppressedError(thrown)) return [thrown];
  const [first, ...later] = errorsIn(thrown.suppressed);
  return [first, ...later, ...errorsIn(thrown.error)];
}

/** Known by its name: where Node has no class for it, TypeScript makes one of `Error`. */
function isSuppressedError(thrown: unknown): thrown is Error & { error: unknown; suppressed: unknown } {
  return (
    thrown instanceof Error &&
    thrown.name === "SuppressedError" &&
    "error" in thrown &&
    "suppressed" in thrown
  );
}

/** The message of whatever was thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
