/**
 * What is to be undone, in the reverse order of its making: `AsyncDisposableStack` for a Node that
 * has none yet (it came with Node 24). Every step is taken, even if one before it failed. Several
 * errors are thrown as one, as `await using` does it.
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

  /** Hands the steps over: nothing is undone here any more. */
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
