import { damageIn, VaultDamagedError } from "../errors.ts";
import type { DigestDraft } from "./local/digest-draft.ts";
import type { LocalDigests } from "./local/local-digests.ts";
import type { PointDigest } from "./point-digest.ts";
import type { PointName, PointStore } from "./point-store.ts";

/**
 * All restore points that count and are not in the trash, oldest first; what is damaged as the damage. Which there are is always the
 * storage's to say; what was read of them once, and has the name and the size that it had, is not read again. Holds one at a time.
 */
export async function* listDigests(
  points: Pick<PointStore, "names" | "digest" | "counts">,
  local: Pick<LocalDigests, "read" | "begin"> | undefined,
): AsyncGenerator<PointDigest | VaultDamagedError> {
  await using kept = await KeptDigests.open(local);
  for await (const name of points.names()) {
    const found = (await kept.find(name)) ?? (await readDigest(name, points));
    if (found === undefined) continue; // a prune took it since it was listed
    if (found instanceof VaultDamagedError) yield found;
    else {
      await kept.add(found);
      if (await points.counts(found)) yield found;
    }
  }
  await kept.end();
}

async function readDigest(
  name: PointName,
  points: Pick<PointStore, "digest">,
): Promise<PointDigest | VaultDamagedError | undefined> {
  try {
    return await points.digest(name);
  } catch (error) {
    return damageIn(error);
  }
}

/** Walks along what is kept, and writes it anew when something is not as it was. */
class KeptDigests implements AsyncDisposable {
  readonly #local: Pick<LocalDigests, "read" | "begin"> | undefined;
  readonly #old: AsyncGenerator<PointDigest> | undefined;
  #next: PointDigest | undefined;
  /** What was found last. */
  #found: PointDigest | undefined;
  /** So many of the old ones are as they were: nothing has to be written for them. */
  #same = 0;
  #isChanged = false;
  #draft: DigestDraft | undefined;

  private constructor(local: Pick<LocalDigests, "read" | "begin"> | undefined) {
    this.#local = local;
    this.#old = local?.read();
  }

  static async open(local: Pick<LocalDigests, "read" | "begin"> | undefined): Promise<KeptDigests> {
    const kept = new KeptDigests(local);
    await kept.#advance();
    return kept;
  }

  /** What is kept of a restore point that is listed; asked for in the order of their names. */
  async find({ object, sizeBytes }: PointName): Promise<PointDigest | undefined> {
    while (this.#next !== undefined && this.#next.object < object) {
      await this.#change(); // it is not listed any more
      await this.#advance();
    }
    this.#found = undefined;
    if (this.#next?.object !== object) return undefined;
    if (this.#next.sizeBytes === sizeBytes) this.#found = this.#next;
    else await this.#change(); // it is another object now
    await this.#advance();
    return this.#found;
  }

  /** What was found, or was just read instead. */
  async add(digest: PointDigest): Promise<void> {
    if (digest !== this.#found) await this.#change();
    if (this.#isChanged) await this.#draft?.add(digest);
    else this.#same++;
  }

  /** All were listed. */
  async end(): Promise<void> {
    if (this.#next !== undefined) await this.#change();
    this.#next = undefined;
  }

  /** Also when nobody wanted the rest: what was kept of it stays. */
  async [Symbol.asyncDispose](): Promise<void> {
    await using draft = this.#draft;
    if (draft !== undefined) await this.#addRest(draft);
    await this.#old?.return(undefined);
    await draft?.keep();
  }

  async #addRest(draft: DigestDraft): Promise<void> {
    for (; this.#next !== undefined; await this.#advance()) await draft.add(this.#next);
  }

  async #advance(): Promise<void> {
    const next = await this.#old?.next();
    this.#next = next?.done === false ? next.value : undefined;
  }

  async #change(): Promise<void> {
    if (this.#isChanged || this.#local === undefined) return;
    this.#isChanged = true;
    this.#draft = await this.#local.begin();
    if (this.#draft === undefined) return;
    let left = this.#same;
    for await (const digest of this.#local.read()) {
      if (left-- === 0) break;
      await this.#draft.add(digest);
    }
  }
}
