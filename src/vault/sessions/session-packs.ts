import { InternalError } from "../../base/index.ts";
import { type Storage, StorageObjectExistsError } from "../../storage/index.ts";
import { envelopeHeader, type SessionKeys } from "../crypto/session-keys.ts";
import type { WriterKeys } from "../crypto/vault-keys.ts";
import { VaultDamagedError } from "../errors.ts";
import { CONTENT } from "../format/layout.ts";
import { packName, parityName } from "../format/object-names.ts";
import { getOrDamaged } from "../packs/get-or-damaged.ts";
import { PACK_BUFFER_BYTES, PackBuilder } from "../packs/pack-builder.ts";
import type { PackContents } from "../packs/pack-contents.ts";
import type { Engine } from "../pipeline/engine.ts";

export type PackClass = "data" | "meta";

export interface SessionPacksOptions {
  readonly storage: Storage;
  readonly keys: WriterKeys;
  readonly session: SessionKeys;
  readonly engine: Pick<Engine, "packBuffers" | "putsAtOnce"> & Partial<Pick<Engine, "sidecars">>;
  /** Told of each pack that is durable; counts as part of putting it. */
  readonly onDurable: (contents: PackContents) => Promise<void>;
}

/** Lists of chunks are few: their pack begins small, and grows where they are not. */
const META_BUFFER_BYTES = 1024 * 1024;

interface Building {
  readonly builder: PackBuilder;
  readonly buffer: Uint8Array;
}

/**
 * The packs of a session: frames go into the one that is under construction, full packs go to the storage, a few at a
 * time. The first failure ends it: every later call throws it again, since packs may be missing by then.
 */
export class SessionPacks {
  readonly #options: SessionPacksOptions;
  readonly #headers: Readonly<Record<PackClass, Uint8Array>>;
  readonly #building: Partial<Record<PackClass, Building>> = {};
  readonly #putting = new Set<Promise<void>>();
  #failure: { readonly error: unknown } | undefined;

  constructor(options: SessionPacksOptions) {
    this.#options = options;
    this.#headers = {
      data: envelopeHeader(options.keys, options.session, CONTENT.dataPack),
      meta: envelopeHeader(options.keys, options.session, CONTENT.metaPack),
    };
  }

  /** What frames of the class are bound to. */
  header(packClass: PackClass): Uint8Array {
    return this.#headers[packClass];
  }

  /** Copies the frame; resolves when it has. Waits first where a new pack would be one too many in memory. */
  async append(packClass: PackClass, frame: Uint8Array): Promise<void> {
    this.throwIfFailed();
    while (this.#building[packClass] === undefined && this.#putting.size > this.#options.engine.putsAtOnce) {
      await Promise.race(this.#putting);
      this.throwIfFailed();
    }
    const { builder } = (this.#building[packClass] ??= this.#newBuilding(packClass));
    builder.append(frame);
    if (builder.isFull) this.#putAway(packClass);
  }

  /** Puts what is under construction; resolves when everything appended before is durable. */
  async flush(): Promise<void> {
    for (const packClass of ["data", "meta"] as const) {
      this.#putAway(packClass);
    }
    await this.settled();
    this.throwIfFailed();
  }

  /** Resolves when nothing is on its way any more, well or not. */
  async settled(): Promise<void> {
    while (this.#putting.size > 0) await Promise.all(this.#putting);
  }

  /** From now on every call throws this. */
  fail(error: unknown): void {
    this.#failure ??= { error };
  }

  throwIfFailed(): void {
    if (this.#failure === undefined) return;
    throw this.#failure.error instanceof Error
      ? this.#failure.error
      : new InternalError("Cannot go on storing", { cause: this.#failure.error });
  }

  #putAway(packClass: PackClass): void {
    const building = this.#building[packClass];
    if (building === undefined) return;
    delete this.#building[packClass];
    const put = this.#put(building).catch((error: unknown) => {
      this.fail(error);
    });
    const tracked: Promise<void> = put.finally(() => this.#putting.delete(tracked));
    this.#putting.add(tracked);
  }

  async #put({ builder, buffer }: Building): Promise<void> {
    const { storage, engine } = this.#options;
    const { contents, parts } = builder.finish();
    const name = packName(contents.digest);
    try {
      await putOnce(storage, name, parts);
      const sidecar = await engine.sidecars?.make(parts, contents.digest);
      if (sidecar !== undefined) await putOnce(storage, parityName(name), [sidecar]);
    } finally {
      if (buffer.length === PACK_BUFFER_BYTES) engine.packBuffers.put(buffer);
    }
    await this.#options.onDurable(contents);
  }

  #newBuilding(packClass: PackClass): Building {
    const { session, engine } = this.#options;
    const buffer =
      packClass === "data"
        ? (engine.packBuffers.takeFree() ?? new Uint8Array(PACK_BUFFER_BYTES))
        : new Uint8Array(META_BUFFER_BYTES);
    const seal = { header: this.#headers[packClass], footerKey: session.footerKey };
    return { buffer, builder: new PackBuilder(seal, buffer) };
  }
}

/**
 * Puts an object that is named by its bytes: if the name is taken, it is there already, unless a store kept a part of it when a put
 * failed. @throws {VaultDamagedError} when something else has its name
 */
export async function putOnce(storage: Storage, name: string, parts: readonly Uint8Array[]): Promise<void> {
  try {
    await storage.put(name, parts);
  } catch (error) {
    if (!(error instanceof StorageObjectExistsError)) throw error;
    if (Buffer.concat(parts).equals(await getOrDamaged(storage, name))) return;
    throw new VaultDamagedError(name, "its bytes are not those that it is named for", { cause: error });
  }
}
