/** Lets callers through while it is open. Closing waits for those inside. */
export class Door {
  #closed: Promise<void> | undefined;
  #open: () => void = () => {};
  readonly #inside = new Set<Promise<unknown>>();

  /** Runs `act`, which must not run behind the closed door: waits until the door is open. */
  async through<T>(act: () => Promise<T>): Promise<T> {
    while (this.#closed !== undefined) await this.#closed;
    const acting = act();
    this.#inside.add(acting);
    try {
      return await acting;
    } finally {
      this.#inside.delete(acting);
    }
  }

  /** Closes the door until the returned function is called. Resolves when no call is inside. */
  async close(): Promise<() => void> {
    while (this.#closed !== undefined) await this.#closed;
    this.#closed = new Promise((resolve) => (this.#open = resolve));
    await Promise.allSettled(this.#inside);
    return () => {
      this.#closed = undefined;
      this.#open();
    };
  }
}
