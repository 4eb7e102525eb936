/** The last few answers of a question, oldest forgotten first. Failures are not kept. */
export class RecentlyUsed<T> {
  readonly #limit: number;
  readonly #ask: (key: number) => Promise<T>;
  readonly #answers = new Map<number, Promise<T>>();

  constructor(limit: number, ask: (key: number) => Promise<T>) {
    this.#limit = limit;
    this.#ask = ask;
  }

  async get(key: number): Promise<T> {
    const answer = this.#answers.get(key) ?? this.#ask(key);
    this.#answers.delete(key);
    this.#answers.set(key, answer);
    if (this.#answers.size > this.#limit) {
      for (const oldest of this.#answers.keys()) {
        this.#answers.delete(oldest);
        break;
      }
    }
    try {
      return await answer;
    } catch (error) {
      this.#answers.delete(key);
      throw error;
    }
  }
}
