import { throwIfInterrupted } from "../../base/index.ts";
import { VaultDamagedError } from "../errors.ts";
import { pointFromName } from "../format/object-names.ts";
import { ChunkTable } from "../index/chunk-table.ts";
import type { LoadedIndex } from "../index/load-index.ts";
import type { FrameReader } from "../reading/frame-reader.ts";
import { decodeNode, type Reference } from "../recipes/recipe-node.ts";
import { rootOf } from "../recipes/walk-recipe.ts";
import type { PointName, PointStore } from "../restore-points/point-store.ts";
import type { RestorePoint } from "../restore-points/restore-point.ts";
import { type LostFile, type LostPoint, LostRanges } from "./losses.ts";
import type { Salvage } from "./salvage.ts";

export interface FindLossesParts {
  readonly points: PointStore;
  readonly loaded: LoadedIndex;
  readonly frames: FrameReader;
  readonly salvage: Salvage;
  /** Ids of restore points in the trash. */
  readonly inTrash: ReadonlySet<string>;
  readonly signal?: AbortSignal | undefined;
}

interface Walk {
  /** Told of each stretch that cannot be read; the id is that of the chunk or list that is missing. */
  readonly onLost: (lost: {
    readonly offset: number;
    readonly length: number;
    readonly id: Uint8Array;
  }) => void;
}

/** Follows every restore point down to its chunks, and names what cannot be read any more. Takes 20 bytes for each chunk list that is whole, and for each chunk that the newest restore points lack. */
export class FindLosses {
  readonly #parts: FindLossesParts;
  /** For each host, and for all others together: what only a host's word makes whole is whole for that host alone. */
  readonly #wholeOf = new Map<string, ChunkTable>();
  #wholeNodes = new ChunkTable();
  /** Chunks that are lost and that newest restore points need: whole disks' worth, when most is lost. */
  readonly #lostNow = new ChunkTable();
  #isUnexplained = true;

  /** Of the writer whose restore point is looked at. */
  #frames: FrameReader;
  #host: string | undefined;

  constructor(parts: FindLossesParts) {
    this.#parts = parts;
    this.#frames = parts.frames;
  }

  async run(): Promise<readonly LostPoint[]> {
    const names = await Array.fromAsync(this.#parts.points.allNames());
    const machines = new Set<string>();
    for (const name of names.toReversed()) await this.#noteNewest(name, machines);
    const lost: LostPoint[] = [];
    for (const name of names) {
      throwIfInterrupted(this.#parts.signal);
      const found = await this.#lossOf(name);
      if (found !== undefined) lost.push(found);
    }
    return lost;
  }

  /** The newest of each machine: what it needs is likely to be on the disk still. */
  async #noteNewest(name: PointName, machines: Set<string>): Promise<void> {
    throwIfInterrupted(this.#parts.signal);
    const point = await this.#read(name);
    if (point === undefined || point instanceof VaultDamagedError) return;
    if (machines.has(point.machine.id.toLowerCase())) return;
    machines.add(point.machine.id.toLowerCase());
    const onLost: Walk["onLost"] = ({ id }) => this.#lostNow.set(id, 0, 0);
    for (const { recipe, storedBy } of point.files) {
      this.#readAs(storedBy);
      await this.#walk(rootOf(recipe), recipe.level, { onLost });
    }
  }

  async #lossOf(name: PointName): Promise<LostPoint | undefined> {
    const point = await this.#read(name);
    if (point === undefined) return undefined; // it went since it was listed
    const isInTrash = this.#parts.inTrash.has(name.id);
    if (point instanceof VaultDamagedError) {
      const milliseconds = pointFromName(name.object)?.milliseconds ?? 0;
      const time = Temporal.Instant.fromEpochMilliseconds(milliseconds).toString();
      return { id: name.id, time, isUnreadable: true, isInTrash, files: [], lostBytes: 0, mayHealBytes: 0 };
    }
    this.#isUnexplained = true;
    const files: LostFile[] = [];
    for (const { path, role, recipe, storedBy } of point.files) {
      this.#readAs(storedBy);
      const ranges = new LostRanges();
      const onLost: Walk["onLost"] = ({ offset, length, id }) => {
        ranges.add({ offset, length, mayHeal: this.#lostNow.get(id) !== undefined });
      };
      await this.#walk(rootOf(recipe), recipe.level, { onLost });
      const file = ranges.of({ path, role, ...diskOf(point, path) });
      if (file !== undefined) files.push(file);
    }
    return files.length === 0 ? undefined : this.#lostPoint(point, files);
  }

  #lostPoint(point: RestorePoint, files: readonly LostFile[]): LostPoint {
    const { loaded, inTrash } = this.#parts;
    const isIndexWhole = loaded.damagedSegments.size === 0 && loaded.unreadablePacks.size === 0;
    return {
      id: point.id,
      time: point.time,
      machine: point.machine,
      isInTrash: inTrash.has(point.id),
      files,
      lostBytes: files.reduce((sum, { lostBytes }) => sum + lostBytes, 0),
      mayHealBytes: files.reduce((sum, { mayHealBytes }) => sum + mayHealBytes, 0),
      ...(this.#isUnexplained && isIndexWhole && { wasPerhapsNeverPromised: true }),
    };
  }

  #readAs(host: string | undefined): void {
    this.#host = host;
    this.#frames = this.#parts.frames.of(host);
    this.#wholeNodes = this.#wholeOf.getOrInsertComputed(host ?? "", () => new ChunkTable());
  }

  /** Whether all of it can be read. */
  async #walk(reference: Reference, level: number, walk: Walk): Promise<boolean> {
    const { id } = reference;
    if (id === undefined) return true;
    if (level > 0 && this.#wholeNodes.get(id) === level) return true;
    const references = this.#isThere(id) ? await this.#childrenOf(reference, id, level) : undefined;
    if (references === undefined) {
      walk.onLost({ offset: reference.offset, length: reference.length, id });
      return false;
    }
    let isWhole = true;
    for (const child of references) isWhole = (await this.#walk(child, level - 1, walk)) && isWhole;
    if (isWhole && level > 0) this.#wholeNodes.set(id, 0, level);
    return isWhole;
  }

  #isThere(id: Uint8Array): boolean {
    const { index, claims } = this.#parts.loaded;
    if (this.#parts.salvage.has(id)) return true;
    if (index.findReadable(id) === undefined && this.#frames.claimed(id) !== undefined) return true;
    if (this.#host !== undefined && claims.names(this.#host, id)) this.#isUnexplained = false;
    const frame = index.findAnyway(id);
    if (frame === undefined) return false;
    const isThere = index.findReadable(id) !== undefined && !index.isStruck(frame);
    if (!isThere) this.#isUnexplained = false; // the index knows where it was
    return isThere;
  }

  /** Undefined when the list cannot be read; none at level 0. */
  async #childrenOf(
    reference: Reference,
    id: Uint8Array,
    level: number,
  ): Promise<readonly Reference[] | undefined> {
    if (level === 0) return [];
    const { salvage, signal } = this.#parts;
    throwIfInterrupted(signal);
    try {
      const salvaged = salvage.nodeOf(id);
      const { bytes, object } =
        salvaged === undefined ? await this.#frames.chunk(id, signal) : { bytes: salvaged, object: "" };
      return decodeNode(bytes, { ...reference, level, object });
    } catch (error) {
      if (!(error instanceof VaultDamagedError)) throw error;
      this.#isUnexplained = false;
      return undefined;
    }
  }

  async #read(name: PointName): Promise<RestorePoint | VaultDamagedError | undefined> {
    try {
      return await this.#parts.points.readIfThere(name);
    } catch (error) {
      if (error instanceof VaultDamagedError) return error;
      throw error;
    }
  }
}

/** Where the disk is plugged in that the file is the newest part of. */
function diskOf({ disks }: RestorePoint, path: string): Pick<LostFile, "disk"> {
  const found = disks.find(({ viewLeaf }) => viewLeaf === path);
  if (found === undefined) return {};
  const { controller, number, location } = found;
  return { disk: { controller, number, location } };
}
