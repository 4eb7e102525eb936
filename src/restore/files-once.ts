/** Files that several restore points have in common are written by the first that comes to them; the others wait for it. */
export class FilesOnce<T> {
  readonly #written = new Map<string, Promise<T | undefined>>();

  /** Gives what was written, and whether this call did it. One that failed is written by the next. */
  async write(
    place: string,
    write: () => Promise<T>,
  ): Promise<{ readonly value: T; readonly isFirst: boolean }> {
    for (let other = this.#written.get(place); other !== undefined; other = this.#written.get(place)) {
      const value = await other;
      if (value !== undefined) return { value, isFirst: false };
    }
    const written = Promise.withResolvers<T | undefined>();
    this.#written.set(place, written.promise);
    try {
      const value = await write();
      written.resolve(value);
      return { value, isFirst: true };
    } catch (error) {
      this.#written.delete(place);
      written.resolve(undefined);
      throw error;
    }
  }
}
