/** Something that can be lost and must be closed. */
export type Losable = (Disposable | AsyncDisposable) & {
  /** Whether nothing will be answered any more. */
  readonly isOver: boolean;
};

/** One connection for many callers at the same time. When it was lost it is closed and made anew, once for all of them. */
export class OneConnection<T extends Losable> implements AsyncDisposable {
  readonly #connect: () => Promise<T>;
  #connection: T | undefined;
  #connecting: Promise<T> | undefined;

  /** Takes over the first connection, where there is one already. */
  constructor(connect: () => Promise<T>, first?: T) {
    this.#connect = connect;
    this.#connection = first;
  }

  /** @throws whatever connecting throws; the next call tries again */
  async get(): Promise<T> {
    if (this.#connection !== undefined && !this.#connection.isOver) return this.#connection;
    this.#connecting ??= this.#replace();
    return await this.#connecting;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#connecting?.catch(() => undefined); // what could not be opened needs no closing
    await this.#close();
  }

  async #replace(): Promise<T> {
    try {
      await this.#close();
      this.#connection = await this.#connect();
      return this.#connection;
    } finally {
      this.#connecting = undefined;
    }
  }

  async #close(): Promise<void> {
    await using closing = new AsyncDisposableStack();
    closing.use(this.#connection);
    this.#connection = undefined;
  }
}
