import { hash } from "node:crypto";
import { bytesFromHex, type Clock, type Entropy, hexFromBytes } from "../../base/index.ts";
import { type Storage, StorageObjectMissingError } from "../../storage/index.ts";
import { SessionKeyring } from "../crypto/open-header.ts";
import { type HostContent, openHostNote, sealHostNote } from "../crypto/sealed-object.ts";
import type { VaultKeys } from "../crypto/vault-keys.ts";
import { VaultDamagedError } from "../errors.ts";
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

export interface HostBookParts {
  readonly storage: Storage;
  readonly keys: VaultKeys;
}

/** Which write-only hosts there are: sealed to the vault's public key, so that full-key holders alone can read it. */
export class HostBook {
  readonly #parts: HostBookParts;
  readonly #keyring: SessionKeyring;
  #legacies: Promise<ReadonlyMap<string, readonly HostLegacy[]>> | undefined;

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

  /** All hosts, the oldest first. @throws {VaultDamagedError} */
  async list(): Promise<readonly HostFacts[]> {
    const ends = new Map<string, Temporal.Instant>();
    for await (const { name } of this.#parts.storage.list(HOSTS_ENDED_PREFIX)) {
      const found = hostFromName(name);
      if (found === undefined) continue;
      const at = Temporal.Instant.fromEpochMilliseconds(found.milliseconds);
      if (!ends.has(found.host)) ends.set(found.host, at);
    }
    const hosts: HostFacts[] = [];
    for await (const { name } of this.#parts.storage.list(HOSTS_PREFIX)) {
      const found = hostFromName(name);
      if (found === undefined) continue;
      const note = await this.#get<{ readonly name: string }>(name, CONTENT.host);
      if (note === undefined) continue;
      const created = Temporal.Instant.fromEpochMilliseconds(found.milliseconds);
      hosts.push({ id: found.host, name: note.name, created, ended: ends.get(found.host) });
    }
    return hosts;
  }

  /** Whether a segment of that host counts. */
  async countsSegment(host: string, object: string): Promise<boolean> {
    const legacies = (await this.#ended()).get(host);
    return legacies === undefined || legacies.some(({ segments }) => segments.includes(object));
  }

  /** Whether a restore point of that host counts. */
  async countsPoint(host: string, object: string, bytes: Uint8Array): Promise<boolean> {
    const legacies = (await this.#ended()).get(host);
    if (legacies === undefined) return true;
    const sha256 = hash("sha256", bytes);
    return legacies.some(({ points }) =>
      points.some((point) => point.object === object && point.sha256 === sha256),
    );
  }

  /** Whether that host's key was taken away. */
  async hasEnded(host: string): Promise<boolean> {
    return (await this.#ended()).has(host);
  }

  async #ended(): Promise<ReadonlyMap<string, readonly HostLegacy[]>> {
    this.#legacies ??= this.#readEnded();
    try {
      return await this.#legacies;
    } catch (error) {
      this.#legacies = undefined;
      throw error;
    }
  }

  /** @throws {VaultDamagedError} a note that cannot be read: then nobody knows what of the host counts */
  async #readEnded(): Promise<ReadonlyMap<string, readonly HostLegacy[]>> {
    const legacies = new Map<string, HostLegacy[]>();
    for await (const { name } of this.#parts.storage.list(HOSTS_ENDED_PREFIX)) {
      const host = hostFromName(name)?.host;
      if (host === undefined) continue;
      const legacy = await this.#get<HostLegacy>(name, CONTENT.hostEnd);
      if (legacy !== undefined) legacies.set(host, [...(legacies.get(host) ?? []), legacy]);
    }
    return legacies;
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
