import { hash } from "node:crypto";
import { type ObjectDraft, type Storage, StorageObjectExistsError } from "../../storage/index.ts";
import { VaultDamagedError } from "../errors.ts";
import { packName } from "../format/object-names.ts";
import { getOrDamaged } from "../packs/get-or-damaged.ts";
import type { FinishedPack } from "../packs/pack-builder.ts";
import type { PackContents } from "../packs/pack-contents.ts";
import type { PackBody } from "./pack-body.ts";

/** A pack that grows in its storage, frame by frame: no memory holds it. */
export class DraftedBody implements PackBody {
  readonly #storage: Storage;
  readonly #draft: Promise<ObjectDraft>;
  readonly #writes: Promise<void>[] = [];

  /** `draft` may still be on its way. */
  constructor(storage: Storage, draft: Promise<ObjectDraft>, header: Uint8Array) {
    this.#storage = storage;
    this.#draft = draft;
    this.#begin(header, 0).catch(() => undefined); // `put` throws what went wrong
  }

  async write(frame: Uint8Array, offset: number): Promise<void> {
    await this.#begin(frame, offset);
  }

  async put({ contents, end }: FinishedPack): Promise<void> {
    try {
      const draft = await this.#draft;
      void this.#begin(end, contents.sizeBytes - end.length); // waited for with all others, of which another may fail first
      await Promise.all(this.#writes);
      await this.#publish(draft, contents);
    } finally {
      await this.discard();
    }
  }

  async discard(): Promise<void> {
    await Promise.allSettled(this.#writes); // none may be on its way when the draft ends
    const [draft] = await Promise.allSettled([this.#draft]);
    if (draft.status !== "fulfilled") return;
    await Promise.allSettled([draft.value[Symbol.asyncDispose]()]); // what stays of it, the store tidies up later
  }

  #begin(bytes: Uint8Array, offset: number): Promise<void> {
    const written = this.#draft.then(async (draft) => await draft.write(bytes, offset));
    this.#writes.push(written);
    return written;
  }

  async #publish(draft: ObjectDraft, { digest }: PackContents): Promise<void> {
    const name = packName(digest);
    try {
      await draft.publish(name);
    } catch (error) {
      if (!(error instanceof StorageObjectExistsError)) throw error;
      if (hash("sha256", await getOrDamaged(this.#storage, name), "hex") === digest.toHex()) return;
      throw new VaultDamagedError(name, "its bytes are not those that it is named for", { cause: error });
    }
  }
}
