/** Files that several restore points have in common are written by the first that comes to them; the others wait for it. */
export class FilesOnce {
  readonly #written = new Map<string, Promise<boolean>>();

  /** Gives what `write` gave, or 0 when the place is written already. One that failed is written by the next. */
  async write(place: string, write: () => Promise<number>): Promise<number> {
    for (let other = this.#written.get(place); other !== undefined; other = this.#written.get(place)) {
      if (await other) return 0;
    }
    const written = Promise.withResolvers<boolean>();
    this.#written.set(place, written.promise);
    try {
      const bytes = await write();
      written.resolve(true);
      return bytes;
    } catch (error) {
      this.#written.delete(place);
      written.resolve(false);
      throw error;
    }
  }
}
