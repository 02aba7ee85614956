/**
 * An error that the user can act on. Every error that lossbound throws on purpose is one of these.
 * Its `code` is stable. Its message says what failed, what was expected and what lossbound got
 * instead. `detail` holds the evidence, such as the last lines of a broker's log; `cause` holds the
 * original error.
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

/** The kind of error, which decides the exit code. */
export type ErrorCode =
  /** The command line is wrong (exit 64). */
  | "USAGE"
  /** A scenario file or a stored run is invalid (exit 64). */
  | "INPUT"
  /** A part is missing or did not start (exit 3). */
  | "ENVIRONMENT"
  /** Something took longer than its limit (exit 3). */
  | "DEADLINE"
  /** The evidence contradicts itself: the harness has a bug and gives no verdict (exit 3). */
  | "HARNESS"
  /** The user interrupted the run (exit 130). */
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
 * Unpacks the errors in a thrown value, in the order in which they happened. If a body fails and
 * the disposal of its resources fails too, `await using` throws one error that holds both. The
 * first is the reason for the failure; the others happened during the clean-up.
 */
export function errorsIn(thrown: unknown): [unknown, ...unknown[]] {
  if (!isSuppressedError(thrown)) return [thrown];
  const [first, ...later] = errorsIn(thrown.suppressed);
  return [first, ...later, ...errorsIn(thrown.error)];
}

/**
 * Checks the name, because on a Node without `SuppressedError` TypeScript builds one from `Error`.
 */
function isSuppressedError(thrown: unknown): thrown is Error & { error: unknown; suppressed: unknown } {
  return (
    thrown instanceof Error &&
    thrown.name === "SuppressedError" &&
    "error" in thrown &&
    "suppressed" in thrown
  );
}

/** Returns the message of a thrown value, which need not be an `Error`. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
