/** Lets people through while it is open, and closes behind the last who went in. */
export class Door {
  #closed: Promise<void> | undefined;
  #open: () => void = () => {};
  readonly #inside = new Set<Promise<unknown>>();

  /** Does something that must not happen behind the closed door: waits until it is open. */
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

  /** Closes it, once nobody is going through, until the returned function is called. */
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
