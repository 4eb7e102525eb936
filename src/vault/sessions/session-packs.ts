import { InternalError } from "../../base/index.ts";
import type { Storage } from "../../storage/index.ts";
import { envelopeHeader, type SessionKeys } from "../crypto/session-keys.ts";
import type { WriterKeys } from "../crypto/vault-keys.ts";
import { VaultSessionLostError } from "../errors.ts";
import { CONTENT } from "../format/layout.ts";
import { PackBuilder } from "../packs/pack-builder.ts";
import type { PackContents } from "../packs/pack-contents.ts";
import type { Engine } from "../pipeline/engine.ts";
import { DraftedBody } from "./drafted-body.ts";
import { MemoryBody } from "./memory-body.ts";
import type { PackBody } from "./pack-body.ts";

export type PackClass = "data" | "meta";

export interface SessionPacksOptions {
  readonly storage: Storage;
  readonly keys: WriterKeys;
  readonly session: SessionKeys;
  readonly engine: Pick<Engine, "packBuffers" | "putsAtOnce"> & Partial<Pick<Engine, "sidecars">>;
  /** Told of each pack that is durable; counts as part of putting it. */
  readonly onDurable: (contents: PackContents) => Promise<void>;
}

/** How many packs that no memory holds may wait for being durable. */
const DRAFTS_AT_ONCE = 3;

interface Building {
  readonly builder: PackBuilder;
  readonly body: PackBody;
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

  /** The frame is the caller's again when it resolves. Waits first where a new pack would be one too many on its way. */
  async append(packClass: PackClass, frame: Uint8Array): Promise<void> {
    this.throwIfFailed();
    while (this.#building[packClass] === undefined && this.#putting.size > this.#putsAtOnce) {
      await Promise.race(this.#putting);
      this.throwIfFailed();
    }
    const { builder, body } = (this.#building[packClass] ??= this.#newBuilding(packClass));
    const written = body.write(frame, builder.append(frame));
    if (builder.isFull) this.#putAway(packClass);
    try {
      await written;
    } catch (error) {
      this.fail(error);
      throw error;
    }
  }

  /** Puts what is under construction; resolves when everything appended before is durable. */
  async flush(): Promise<void> {
    for (const packClass of ["data", "meta"] as const) {
      this.#putAway(packClass);
    }
    await this.#settled();
    this.throwIfFailed();
  }

  /** Gives up what is under construction; resolves when nothing is on its way any more, well or not. Nothing can be appended behind it. */
  async end(): Promise<void> {
    this.fail(new VaultSessionLostError("Cannot store: the session was closed"));
    for (const packClass of ["data", "meta"] as const) {
      const given = this.#building[packClass];
      delete this.#building[packClass];
      await given?.body.discard();
    }
    await this.#settled();
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

  async #settled(): Promise<void> {
    while (this.#putting.size > 0) await Promise.all(this.#putting);
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

  async #put({ builder, body }: Building): Promise<void> {
    const pack = builder.finish();
    await body.put(pack);
    await this.#options.onDurable(pack.contents);
  }

  get #putsAtOnce(): number {
    return this.#isDrafting ? DRAFTS_AT_ONCE : this.#options.engine.putsAtOnce;
  }

  /** A sidecar is made of the whole pack. */
  get #isDrafting(): boolean {
    const { storage, engine } = this.#options;
    return storage.draft !== undefined && engine.sidecars === undefined;
  }

  #newBuilding(packClass: PackClass): Building {
    const header = this.#headers[packClass];
    const builder = new PackBuilder({ header, footerKey: this.#options.session.footerKey });
    return { builder, body: this.#newBody(packClass, header) };
  }

  /** Lists of chunks are few: they are put from memory, whenever there are enough of them. */
  #newBody(packClass: PackClass, header: Uint8Array): PackBody {
    const { storage, engine } = this.#options;
    const isLarge = packClass === "data";
    const draft = isLarge && this.#isDrafting ? storage.draft?.() : undefined;
    return draft === undefined
      ? new MemoryBody({ storage, engine, header, isLarge })
      : new DraftedBody(storage, draft, header);
  }
}
