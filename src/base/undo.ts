/**
 * Runs clean-up steps in reverse order. It stands in for `AsyncDisposableStack`, which came with
 * Node 24. Every step runs even if an earlier one failed. Several errors are
 * thrown as one, as `await using` throws them.
 */
export class Undo implements AsyncDisposable {
  #steps: (() => Promise<unknown> | unknown)[] = [];

  defer(step: () => Promise<unknown> | unknown): void {
    this.#steps.push(step);
  }

  use<T extends AsyncDisposable>(resource: T): T {
    this.defer(() => resource[Symbol.asyncDispose]());
    return resource;
  }

  /** Moves the steps to a new instance; disposing this one then does nothing. */
  move(): Undo {
    const moved = new Undo();
    moved.#steps = this.#steps;
    this.#steps = [];
    return moved;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const errors: unknown[] = [];
    for (const step of this.#steps.splice(0).toReversed()) {
      try {
        await step();
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length > 0) throw errors.reduce(suppressing);
  }
}

/** A later error, with the one that happened before it. */
function suppressing(earlier: unknown, later: unknown): Error {
  const error = new Error("an error was suppressed during disposal");
  return Object.assign(error, { name: "SuppressedError", error: later, suppressed: earlier });
}
