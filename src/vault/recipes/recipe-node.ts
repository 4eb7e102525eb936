import { VaultDamagedError } from "../errors.ts";
import { HASH_BYTES, NodeHead, NodeRun } from "../format/layout.ts";
import { NODE_MAGIC } from "../format/magic.ts";

/** A stretch of a file, and what it is made of: a chunk or node of this id, or zeros. */
export interface Reference {
  /** In the file. */
  readonly offset: number;
  readonly length: number;
  readonly id: Uint8Array | undefined;
}

/** At so many references a node ends. */
export const MOST_REFERENCES = 2048;

interface Run {
  /** 0: one stretch of zeros. */
  count: number;
  unitBytes: number;
}

/** A node that is being written: neighbours of one kind become one run. */
export class NodeDraft {
  readonly #level: number;
  readonly #runs: Run[] = [];
  readonly #ids: Uint8Array[] = [];
  #coveredBytes = 0;
  #zeroRuns = 0;

  constructor(level: number) {
    this.#level = level;
  }

  get coveredBytes(): number {
    return this.#coveredBytes;
  }

  /** A stretch of zeros counts as one. */
  get referenceCount(): number {
    return this.#ids.length + this.#zeroRuns;
  }

  /** The id of the only reference there is. */
  get firstId(): Uint8Array | undefined {
    return this.#ids[0];
  }

  get isZero(): boolean {
    return this.#ids.length === 0;
  }

  add(length: number, id: Uint8Array | undefined): void {
    this.#coveredBytes += length;
    const last = this.#runs.at(-1);
    if (id === undefined) {
      if (last?.count === 0) last.unitBytes += length;
      else {
        this.#runs.push({ count: 0, unitBytes: length });
        this.#zeroRuns++;
      }
      return;
    }
    this.#ids.push(id);
    if (last !== undefined && last.count > 0 && last.unitBytes === length) last.count++;
    else this.#runs.push({ count: 1, unitBytes: length });
  }

  /** docs/vault-format.md 8. The caller owns the bytes. */
  encode(): Uint8Array {
    const head = NodeHead.encode({
      magic: NODE_MAGIC,
      level: this.#level,
      runCount: this.#runs.length,
      idCount: this.#ids.length,
      coveredBytes: this.#coveredBytes,
    });
    return Buffer.concat([head, ...this.#runs.map((run) => NodeRun.encode(run)), ...this.#ids]);
  }
}

/** What a node must be, as whoever refers to it says. */
export interface NodePlace {
  readonly level: number;
  readonly offset: number;
  readonly length: number;
  /** The object it was read from, for the error. */
  readonly object: string;
}

/** Whether a size is above 2^53, which no file has. */
function hasLargeSizes(bytes: Uint8Array): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const isLarge = (at: number): boolean =>
    at + 8 <= bytes.length && view.getBigUint64(at, true) > BigInt(Number.MAX_SAFE_INTEGER);
  if (isLarge(NodeHead.offsetOf("coveredBytes"))) return true;
  const runsEnd =
    NodeHead.sizeBytes + NodeRun.sizeBytes * view.getUint32(NodeHead.offsetOf("runCount"), true);
  for (let at = NodeHead.sizeBytes; at < Math.min(runsEnd, bytes.length); at += NodeRun.sizeBytes)
    if (isLarge(at + NodeRun.offsetOf("unitBytes"))) return true;
  return false;
}

/** The references of a node. Ids are views of `bytes`. @throws {VaultDamagedError} */
export function decodeNode(bytes: Uint8Array, place: NodePlace): readonly Reference[] {
  const fail = (): VaultDamagedError =>
    new VaultDamagedError(place.object, "it holds a chunk list that is none");
  if (bytes.length < NodeHead.sizeBytes) throw fail();
  if (hasLargeSizes(bytes)) throw fail();
  const head = NodeHead.decode(bytes);
  const idsAt = NodeHead.sizeBytes + NodeRun.sizeBytes * head.runCount;
  const isExpected =
    Buffer.compare(head.magic, NODE_MAGIC) === 0 &&
    head.level === place.level &&
    head.coveredBytes === place.length &&
    bytes.length === idsAt + HASH_BYTES * head.idCount;
  if (!isExpected) throw fail();
  const references: Reference[] = [];
  let offset = place.offset;
  let idAt = idsAt;
  for (let at = NodeHead.sizeBytes; at < idsAt; at += NodeRun.sizeBytes) {
    const { count, unitBytes } = NodeRun.decode(bytes, at);
    if (unitBytes === 0 || references.length + Math.max(1, count) > MOST_REFERENCES) throw fail();
    if (count === 0) references.push({ offset, length: unitBytes, id: undefined });
    if (idAt + HASH_BYTES * count > bytes.length) throw fail();
    for (let i = 0; i < count; i++, idAt += HASH_BYTES) {
      const id = bytes.subarray(idAt, idAt + HASH_BYTES);
      references.push({ offset: offset + i * unitBytes, length: unitBytes, id });
    }
    offset += Math.max(1, count) * unitBytes;
  }
  if (idAt !== bytes.length || offset !== place.offset + place.length) throw fail();
  return references;
}
