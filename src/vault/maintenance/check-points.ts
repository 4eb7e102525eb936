import { hexFromBytes, throwIfInterrupted } from "../../base/index.ts";
import { VaultDamagedError } from "../errors.ts";
import { INDEX_PREFIX } from "../format/object-names.ts";
import { VaultHostEndedError } from "../hosts/errors.ts";
import type { ChunkIndex } from "../index/chunk-index.ts";
import { ChunkTable } from "../index/chunk-table.ts";
import type { LoadedIndex } from "../index/load-index.ts";
import { isGone } from "../packs/get-or-damaged.ts";
import type { FrameReader } from "../reading/frame-reader.ts";
import type { SeenPoint } from "../receipts/receipts.ts";
import { decodeNode, type Reference } from "../recipes/recipe-node.ts";
import { rootOf } from "../recipes/walk-recipe.ts";
import type { HashedPoint, PointName, PointStore } from "../restore-points/point-store.ts";
import type { RestorePoint } from "../restore-points/restore-point.ts";
import type { DamageLedger } from "./damage-ledger.ts";

export interface PointCheckParts {
  readonly points: PointStore;
  readonly frames: FrameReader;
  readonly index: ChunkIndex;
  readonly loaded: LoadedIndex;
  readonly ledger: DamageLedger;
  readonly signal?: AbortSignal | undefined;
}

const NOTHING: ReadonlySet<string> = new Set();

interface NodeVerdicts {
  /** With the level at which each was looked at. */
  readonly sound: ChunkTable;
  /** With the objects that it lacks. */
  readonly damaged: Map<string, ReadonlySet<string>>;
}

/** Follows each restore point down to its chunks, and tells which objects it needs that are damaged. Nodes that several restore points have are looked at once. */
export class PointCheck {
  readonly #parts: PointCheckParts;
  /** For each host, and for all others together: what only a host's word makes whole is whole for that host alone. */
  readonly #verdicts = new Map<string, NodeVerdicts>();
  readonly #seen = new Map<string, SeenPoint>();
  /** Once for each restore point: a prune may run beside. */
  #isReconciled = false;
  /** Of the restore point that is looked at. */
  #frames: FrameReader;
  #nodes: NodeVerdicts;

  constructor(parts: PointCheckParts) {
    this.#parts = parts;
    this.#frames = parts.frames;
    this.#nodes = this.#verdictsOf(undefined);
  }

  /** The restore points that could be read, by their objects. */
  get seen(): ReadonlyMap<string, SeenPoint> {
    return this.#seen;
  }

  /** How many restore points there are. */
  async run(): Promise<number> {
    let count = 0;
    for await (const name of this.#parts.points.allNames()) {
      throwIfInterrupted(this.#parts.signal);
      count++;
      await this.#checkPoint(name);
    }
    return count;
  }

  async #checkPoint(name: PointName): Promise<void> {
    const { ledger, points } = this.#parts;
    this.#isReconciled = false;
    let point: RestorePoint | undefined;
    const damaged = await ledger.catching(async () => {
      const read = await readCounting(name, points);
      point = read?.point;
      if (read !== undefined) this.#seen.set(name.object, { sha256: read.sha256, host: read.point.storedBy });
    });
    if (damaged !== undefined) ledger.blame(damaged, { id: name.id });
    if (point === undefined) return;
    const machine = point.machine.name;
    for (const { recipe, storedBy } of point.files) {
      this.#frames = this.#parts.frames.of(storedBy);
      this.#nodes = this.#verdictsOf(storedBy);
      const needed = await this.#damageBelow(rootOf(recipe), recipe.level);
      for (const object of needed) ledger.blame(object, { id: name.id, machine });
    }
  }

  #verdictsOf(host: string | undefined): NodeVerdicts {
    const known = this.#verdicts.get(host ?? "");
    if (known !== undefined) return known;
    const verdicts = { sound: new ChunkTable(), damaged: new Map<string, ReadonlySet<string>>() };
    this.#verdicts.set(host ?? "", verdicts);
    return verdicts;
  }

  /** The damaged objects that a stretch of a file needs. */
  async #damageBelow(reference: Reference, level: number): Promise<ReadonlySet<string>> {
    if (reference.id === undefined) return NOTHING;
    const here = await this.#damageOf(reference.id);
    if (here !== undefined) return new Set([here]);
    return level === 0 ? NOTHING : await this.#damageInNode(reference, reference.id, level);
  }

  /** The object that keeps a chunk from being read. */
  async #damageOf(id: Uint8Array): Promise<string | undefined> {
    const { index, ledger, loaded, signal } = this.#parts;
    if (index.findReadable(id) === undefined && !this.#isReconciled) {
      this.#isReconciled = true;
      await loaded.reconcile(signal); // a prune may have moved it since
    }
    const frame = index.findAnyway(id);
    if (index.findReadable(id) === undefined && this.#frames.claimed(id) !== undefined) return undefined;
    if (frame === undefined) {
      ledger.note(INDEX_PREFIX, `no pack holds the chunk ${hexFromBytes(id)}`);
      return INDEX_PREFIX;
    }
    const { object } = index.locate(frame);
    if (index.findReadable(id) === undefined) ledger.note(object, "it is gone or cut off");
    else if (!index.isStruck(frame)) return undefined;
    else ledger.note(object, "frames of it are not what was sealed");
    return object;
  }

  async #damageInNode(reference: Reference, id: Uint8Array, level: number): Promise<ReadonlySet<string>> {
    const { sound, damaged } = this.#nodes;
    if (sound.get(id) === level) return NOTHING;
    const name = hexFromBytes(id);
    const known = damaged.get(name);
    if (known !== undefined) return known;
    const damage = await this.#damageOfChildren(reference, id, level);
    if (damage.size === 0) sound.set(id, 0, level);
    else damaged.set(name, damage);
    return damage;
  }

  async #damageOfChildren(reference: Reference, id: Uint8Array, level: number): Promise<ReadonlySet<string>> {
    throwIfInterrupted(this.#parts.signal);
    const damage = new Set<string>();
    try {
      const { bytes, object } = await this.#frames.chunk(id, this.#parts.signal);
      for (const child of decodeNode(bytes, { ...reference, level, object })) {
        for (const each of await this.#damageBelow(child, level - 1)) damage.add(each);
      }
    } catch (error) {
      if (!(error instanceof VaultDamagedError)) throw error;
      this.#parts.ledger.note(error.object, error.what);
      damage.add(error.object);
    }
    return damage;
  }
}

/** Undefined when it is gone. @throws {VaultDamagedError} also where it does not count */
async function readCounting(name: PointName, points: PointStore): Promise<HashedPoint | undefined> {
  try {
    return await points.readHashed(name);
  } catch (error) {
    if (isGone(error)) return undefined;
    if (!(error instanceof VaultHostEndedError)) throw error;
    throw new VaultDamagedError(name.object, "a host put it after its key had been taken away");
  }
}
