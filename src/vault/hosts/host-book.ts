import { bytesFromHex, type Clock, type Entropy, hexFromBytes } from "../../base/index.ts";
import { type Storage, StorageObjectMissingError } from "../../storage/index.ts";
import { SessionKeyring } from "../crypto/open-header.ts";
import { type HostContent, openHostNote, sealHostNote } from "../crypto/sealed-object.ts";
import type { VaultKeys } from "../crypto/vault-keys.ts";
import { damageIn, VaultDamagedError } from "../errors.ts";
import { CONTENT } from "../format/layout.ts";
import {
  HOSTS_ENDED_PREFIX,
  HOSTS_PREFIX,
  hostEndedName,
  hostFromName,
  hostName,
} from "../format/object-names.ts";

/** A write-only host, as full-key holders know it. */
export interface HostFacts {
  /** 32 hexadecimal digits. */
  readonly id: string;
  readonly name: string;
  readonly created: Temporal.Instant;
  /** When its key was taken away. */
  readonly ended: Temporal.Instant | undefined;
}

/** What a host stored before its key was taken away: only this counts from then on. */
export interface HostLegacy {
  /** Names of segments; a segment's name is the hash of its bytes, and it names packs by theirs. */
  readonly segments: readonly string[];
  /** Restore points, each with the SHA-256 of its bytes. */
  readonly points: readonly { readonly object: string; readonly sha256: string }[];
}

/** A host whose key was taken away, once or several times. */
interface EndedHost {
  /** The first time. */
  readonly at: Temporal.Instant;
  readonly segments: Set<string>;
  /** Of each restore point, the SHA-256 that its bytes must have; several where several people took the key away. */
  readonly points: Map<string, Set<string>>;
}

export interface HostBookParts {
  readonly storage: Storage;
  readonly keys: VaultKeys;
}

/** Which write-only hosts there are: sealed to the vault's public key, so that full-key holders alone can read it. */
export class HostBook {
  readonly #parts: HostBookParts;
  readonly #keyring: SessionKeyring;
  #legacies: Promise<ReadonlyMap<string, EndedHost>> | undefined;

  constructor(parts: HostBookParts) {
    this.#parts = parts;
    this.#keyring = new SessionKeyring(parts.keys);
  }

  /** From now on the host is known. Gives its id, 16 bytes. */
  async add(
    name: string,
    by: { readonly clock: Clock; readonly entropy: Entropy },
  ): Promise<{ readonly id: Uint8Array; readonly facts: HostFacts }> {
    const id = by.entropy.bytes(16);
    const created = by.clock.now();
    const object = hostName(created.epochMilliseconds, id);
    const note = { host: hexFromBytes(id), name, created: created.toString() };
    await this.#put(object, CONTENT.host, { note, entropy: by.entropy });
    return { id, facts: { id: note.host, name, created, ended: undefined } };
  }

  /** From now on nothing that the host adds counts. */
  async end(
    host: string,
    legacy: HostLegacy,
    by: { readonly clock: Clock; readonly entropy: Entropy },
  ): Promise<void> {
    const ended = by.clock.now();
    const object = hostEndedName(ended.epochMilliseconds, bytesFromHex(host) as Uint8Array);
    const note = { host, ended: ended.toString(), ...legacy };
    await this.#put(object, CONTENT.hostEnd, { note, entropy: by.entropy });
    this.#legacies = undefined;
  }

  /**
   * All hosts, the oldest first. A note that is none is left out: whoever may add puts objects there too, and must not keep
   * anybody from taking a key away.
   */
  async list(): Promise<readonly HostFacts[]> {
    this.forget();
    const ends = await this.#ended();
    const hosts: HostFacts[] = [];
    for await (const { name } of this.#parts.storage.list(HOSTS_PREFIX)) {
      const found = hostFromName(name);
      if (found === undefined) continue;
      const note = await this.#ifTrue<{ readonly name: string }>(name, CONTENT.host);
      if (note === undefined) continue;
      const created = Temporal.Instant.fromEpochMilliseconds(found.milliseconds);
      hosts.push({ id: found.host, name: note.name, created, ended: ends.get(found.host)?.at });
    }
    return hosts;
  }

  /** What was read is read again when it is asked for the next time. */
  forget(): void {
    this.#legacies = undefined;
  }

  /** Notes that are there and say nothing: of nobody who may write them, or damaged. */
  async *unreadable(signal?: AbortSignal): AsyncGenerator<VaultDamagedError> {
    const kinds = [
      [HOSTS_PREFIX, CONTENT.host],
      [HOSTS_ENDED_PREFIX, CONTENT.hostEnd],
    ] as const;
    for (const [prefix, content] of kinds) {
      for await (const { name } of this.#parts.storage.list(prefix, { signal })) {
        if (hostFromName(name) === undefined) continue;
        try {
          await this.#get(name, content);
        } catch (error) {
          yield damageIn(error);
        }
      }
    }
  }

  /** Whether a segment of that host counts; its bytes have been held against its name. */
  async countsSegment(host: string, object: string): Promise<boolean> {
    const ended = (await this.#ended()).get(host);
    return ended === undefined || ended.segments.has(object);
  }

  /** Whether a restore point of that host counts, whose bytes have this SHA-256 (hexadecimal). */
  async countsPoint(
    host: string,
    { object, sha256 }: { readonly object: string; readonly sha256: string },
  ): Promise<boolean> {
    const ended = (await this.#ended()).get(host);
    return ended === undefined || ended.points.get(object)?.has(sha256) === true;
  }

  /** Whether what a host says of a restore point counts, as far as is known now. */
  async judge(): Promise<
    (host: string, point: { readonly object: string; readonly sha256: string }) => boolean
  > {
    this.forget();
    const hosts = await this.#ended();
    return (host, { object, sha256 }) => {
      const ended = hosts.get(host);
      return ended === undefined || ended.points.get(object)?.has(sha256) === true;
    };
  }

  /** Whether that host's key was taken away. */
  async hasEnded(host: string): Promise<boolean> {
    return (await this.#ended()).has(host);
  }

  async #ended(): Promise<ReadonlyMap<string, EndedHost>> {
    this.#legacies ??= this.#readEnded();
    try {
      return await this.#legacies;
    } catch (error) {
      this.#legacies = undefined;
      throw error;
    }
  }

  async #readEnded(): Promise<ReadonlyMap<string, EndedHost>> {
    const ended = new Map<string, EndedHost>();
    for await (const { name } of this.#parts.storage.list(HOSTS_ENDED_PREFIX)) {
      const found = hostFromName(name);
      if (found === undefined) continue;
      const legacy = await this.#ifTrue<HostLegacy>(name, CONTENT.hostEnd);
      if (legacy === undefined) continue;
      const at = Temporal.Instant.fromEpochMilliseconds(found.milliseconds);
      const host = ended.get(found.host) ?? { at, segments: new Set(), points: new Map() };
      addLegacy(host, legacy);
      ended.set(found.host, host);
    }
    return ended;
  }

  async #put(
    object: string,
    content: HostContent,
    what: { readonly note: object; readonly entropy: Entropy },
  ): Promise<void> {
    const { storage, keys } = this.#parts;
    const plain = new TextEncoder().encode(JSON.stringify({ version: 1, object, ...what.note }));
    await storage.put(object, sealHostNote(plain, content, { keys, entropy: what.entropy }));
  }

  /**
   * Undefined when it is gone, or does not open: whoever may add can put such objects, also behind a header of ours, so they
   * end no host and keep nobody from reading. `unreadable()` tells of them.
   */
  async #ifTrue<T extends object>(object: string, content: HostContent): Promise<T | undefined> {
    try {
      return await this.#get<T>(object, content);
    } catch (error) {
      damageIn(error);
      return undefined;
    }
  }

  /** Undefined when it is gone. @throws {VaultDamagedError} */
  async #get<T extends object>(object: string, content: HostContent): Promise<T | undefined> {
    const { storage, keys } = this.#parts;
    let bytes: Uint8Array;
    try {
      bytes = await storage.get(object);
    } catch (error) {
      if (error instanceof StorageObjectMissingError) return undefined;
      throw error;
    }
    const plain = openHostNote(bytes, object, { keys, content, keyring: this.#keyring });
    const note = JSON.parse(new TextDecoder().decode(plain)) as T & {
      readonly object: string;
      readonly version: number;
      readonly host: string;
    };
    if (note.object !== object || note.version !== 1 || note.host !== hostFromName(object)?.host)
      throw new VaultDamagedError(object, "it holds something else than its name says");
    return note;
  }
}

function addLegacy(host: EndedHost, { segments, points }: HostLegacy): void {
  for (const segment of segments) host.segments.add(segment);
  for (const { object, sha256 } of points) {
    const known = host.points.get(object) ?? new Set();
    host.points.set(object, known.add(sha256));
  }
}
