/** Bytes that arrive in pieces. Where their number was announced they are put where they belong at once, and are held once. */
export class ArrivingBytes {
  readonly #target: Uint8Array | undefined;
  readonly #pieces: Uint8Array[] = [];
  #received = 0;

  /** The number is believed only as far as a store may send objects. */
  constructor(announced: number | undefined, largest: number) {
    this.#target = announced === undefined || announced > largest ? undefined : new Uint8Array(announced);
  }

  add(piece: Uint8Array): void {
    if (this.#target !== undefined && this.#received + piece.length <= this.#target.length) {
      this.#target.set(piece, this.#received);
    } else this.#pieces.push(piece);
    this.#received += piece.length;
  }

  /** All that arrived, as much or as little as it was; the caller's own. */
  bytes(): Uint8Array {
    const inPlace = this.#received - this.#pieces.reduce((sum, piece) => sum + piece.length, 0);
    const first = this.#target?.subarray(0, inPlace);
    if (first?.length === this.#received) return first;
    const whole = new Uint8Array(this.#received);
    whole.set(first ?? []);
    let at = inPlace;
    for (const piece of this.#pieces) {
      whole.set(piece, at);
      at += piece.length;
    }
    return whole;
  }
}

/** All of a stream. */
export async function arrivedFrom(
  stream: AsyncIterable<Uint8Array | string>,
  announced: number | undefined,
  largest: number,
): Promise<Uint8Array> {
  const arriving = new ArrivingBytes(announced, largest);
  for await (const piece of stream) arriving.add(typeof piece === "string" ? Buffer.from(piece) : piece);
  return arriving.bytes();
}
