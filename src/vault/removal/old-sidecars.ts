import { throwIfInterrupted } from "../../base/index.ts";
import type { Storage } from "../../storage/index.ts";
import { packOfParity, parityName } from "../format/object-names.ts";
import { listSidecars } from "../parity/check-sidecars.ts";
import type { Engine } from "../pipeline/engine.ts";

export interface OldSidecarsParts {
  readonly storage: Storage;
  readonly engine: Pick<Engine, "sidecars">;
}

/** The sidecars that go with a prune: docs/vault-format.md 6.1. Asks nothing in a vault without them. */
export class OldSidecars {
  readonly #tryDelete: (object: string) => Promise<boolean>;
  #found: ReadonlyMap<string, number> = new Map();
  #freedBytes = 0;

  /** `tryDelete` gives false when this credential may not. */
  constructor(tryDelete: (object: string) => Promise<boolean>) {
    this.#tryDelete = tryDelete;
  }

  /** Of sidecars that were deleted. */
  get freedBytes(): number {
    return this.#freedBytes;
  }

  /** Before the packs are listed: of a sidecar that is here then, the pack was put before. */
  async list({ storage, engine }: OldSidecarsParts, signal: AbortSignal | undefined): Promise<void> {
    if (engine.sidecars !== undefined) this.#found = await listSidecars({ storage, signal });
  }

  /** Deletes an object, and behind it the sidecar that it has if it is a pack. False when the object stays. */
  async deleteWith(object: string): Promise<boolean> {
    const isDeleted = await this.#tryDelete(object);
    if (isDeleted) await this.#drop(parityName(object));
    return isDeleted;
  }

  /** Of packs that a prune took which was killed then. */
  async dropOrphans(packs: { has(pack: string): boolean }, signal: AbortSignal | undefined): Promise<void> {
    for (const name of this.#found.keys()) {
      throwIfInterrupted(signal);
      if (!packs.has(packOfParity(name))) await this.#drop(name);
    }
  }

  async #drop(name: string): Promise<void> {
    const bytes = this.#found.get(name);
    if (bytes !== undefined && (await this.#tryDelete(name))) this.#freedBytes += bytes;
  }
}
