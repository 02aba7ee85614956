/** One after the other, in the order in which they asked: for what must not happen at the same time. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve();

  /** Does it when all that asked before have done theirs, or have failed. */
  async take<T>(act: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(act);
    this.#last = turn.catch(() => {});
    return await turn;
  }
}
