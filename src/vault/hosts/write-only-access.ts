import type { Clock, Entropy, Secret } from "../../base/index.ts";
import type { Storage } from "../../storage/index.ts";
import type { VaultKeys } from "../crypto/vault-keys.ts";
import type { LoadedIndex } from "../index/load-index.ts";
import type { PointStore } from "../restore-points/point-store.ts";
import { VaultHostExistsError, VaultHostUnknownError } from "./errors.ts";
import type { HostBook, HostFacts } from "./host-book.ts";
import { formatHostKey } from "./host-key.ts";
import { legacyOf } from "./legacy-of.ts";

export interface WriteOnlyAccessParts {
  readonly book: HostBook;
  readonly storage: Storage;
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly keys: VaultKeys;
  readonly chunkBytes: number;
  readonly points: PointStore;
  readonly loaded: LoadedIndex;
}

/** Who can add to a vault and read nothing, and how they come and go. */
export class WriteOnlyAccess {
  readonly #parts: WriteOnlyAccessParts;
  readonly #book: HostBook;

  constructor(parts: WriteOnlyAccessParts) {
    this.#parts = parts;
    this.#book = parts.book;
  }

  /**
   * A write-only host: its key file's text, which is told here and never again. With it somebody can add restore points and read
   * nothing. @throws {VaultHostExistsError}
   */
  async add(name: string): Promise<{ readonly facts: HostFacts; readonly key: Secret }> {
    const { keys, chunkBytes } = this.#parts;
    const isTaken = (await this.#book.list()).some((host) => host.name === name && host.ended === undefined);
    if (isTaken) throw new VaultHostExistsError(name);
    const { id, facts } = await this.#book.add(name, this.#parts);
    return { facts, key: formatHostKey({ id, name, chunkBytes }, keys) };
  }

  /** The write-only hosts, also those whose keys were taken away. */
  async list(): Promise<readonly HostFacts[]> {
    return await this.#book.list();
  }

  /**
   * Takes a host's key away, by its name or the beginning of its id (its whole id, where its object is lost): what it stored stays, what
   * it adds from now on does not count.
   * @throws {VaultHostUnknownError}
   */
  async end(selector: string): Promise<HostFacts> {
    const { storage, clock, points, loaded } = this.#parts;
    const hosts = await this.#book.list();
    const open = hosts.filter(({ ended }) => ended === undefined);
    const found = open.filter(
      ({ id, name }) => name === selector || (selector !== "" && id.startsWith(selector)),
    );
    if (found.length > 1) throw new VaultHostUnknownError(selector, found.length);
    await loaded.refresh();
    // whoever may delete with a stolen key deletes the host's object first: a whole id is enough where the host has stored something
    const id = found[0]?.id ?? selector;
    const legacy = await legacyOf(id, { storage, points, claims: loaded.claims });
    const isKnown = found[0] !== undefined || legacy.segments.length > 0 || legacy.points.length > 0;
    if (!isKnown || hosts.some((host) => host.id === id && host.ended !== undefined))
      throw new VaultHostUnknownError(selector, 0);
    await this.#book.end(id, legacy, this.#parts);
    return { ...(found[0] ?? { id, name: id, created: clock.now() }), ended: clock.now() };
  }
}
