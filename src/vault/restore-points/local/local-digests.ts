import { hash } from "node:crypto";
import { mkdir, open, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Clock, Entropy } from "../../../base/index.ts";
import type { VaultKeys } from "../../crypto/vault-keys.ts";
import { TAG_BYTES } from "../../format/layout.ts";
import type { PointDigest } from "../point-digest.ts";
import { DigestDraft } from "./digest-draft.ts";
import { DigestPages, LARGEST_PAGE } from "./digest-page.ts";
import { DigestPageHead, DigestsHead } from "./layout.ts";
import { unlessItFails } from "./unless-it-fails.ts";

/** Nobody who is still alive leaves a draft alone for so long. */
const ABANDONED_MS = 10 * 60_000;

export interface LocalDigestsOptions {
  /** Made when it is first needed. Anybody may delete it at any time. */
  readonly folder: string;
  /** Of the vault, as its storage names it. */
  readonly location: string;
  readonly keys: Pick<VaultKeys, "localKey" | "vaultBytes" | "vault">;
  readonly clock: Clock;
  readonly entropy: Entropy;
}

/**
 * What lists have shown of restore points, in a file of this machine, sealed with a key of the vault. Nothing that goes wrong here is an
 * error: what cannot be read is not known, what cannot be kept is not kept. Several programs may share the file.
 */
export class LocalDigests {
  readonly #options: LocalDigestsOptions;
  readonly #path: string;

  constructor(options: LocalDigestsOptions) {
    const { folder, location, keys } = options;
    this.#options = options;
    this.#path = join(folder, `${keys.vault.toLowerCase()}-${hash("sha256", location).slice(0, 16)}`);
  }

  /** In the order in which they were written, up to the first page that is not what was written. Holds one page. */
  async *read(): AsyncGenerator<PointDigest> {
    await using file = await unlessItFails(async () => await open(this.#path, "r"));
    if (file === undefined) return;
    let at = 0;
    const next = async (length: number): Promise<Uint8Array> => {
      const found = await unlessItFails(
        async () => await file.read(new Uint8Array(length), { length, position: at }),
      );
      at += length;
      return found?.bytesRead === length ? found.buffer : new Uint8Array(0);
    };
    const pages = DigestPages.of(await next(DigestsHead.sizeBytes), this.#options.keys);
    if (pages === undefined) return;
    for (let number = 0; ; number++) {
      const head = await next(DigestPageHead.sizeBytes);
      if (head.length === 0) return;
      const { sealedBytes } = DigestPageHead.decode(head);
      if (sealedBytes > LARGEST_PAGE) return;
      const page = pages.open(head, await next(sealedBytes + TAG_BYTES), number);
      if (page === undefined) return;
      yield* page;
    }
  }

  /** A new file in place of the old one; undefined while somebody else makes one, and where nothing can be kept. */
  async begin(): Promise<DigestDraft | undefined> {
    const { folder, keys, clock, entropy } = this.#options;
    const draft = `${this.#path}.draft`;
    const handle = await unlessItFails(async () => {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const other = await unlessItFails(async () => await stat(draft));
      const isAbandoned = other !== undefined && other.mtimeMs < clock.now().epochMilliseconds - ABANDONED_MS;
      if (isAbandoned) await rm(draft, { force: true });
      return await open(draft, "wx", 0o600);
    });
    if (handle === undefined) return undefined;
    return new DigestDraft({
      handle,
      draft,
      path: this.#path,
      pages: DigestPages.begin(entropy.bytes(32), keys),
    });
  }
}
