import { type Clock, hexFromBytes } from "../../base/index.ts";
import type { Storage } from "../../storage/index.ts";
import { openHeader } from "../crypto/open-header.ts";
import type { VaultKeys } from "../crypto/vault-keys.ts";
import { SealedHeader } from "../format/layout.ts";
import { ENDED_PREFIX, endedName, LEASES_PREFIX, leaseFromName } from "../format/object-names.ts";
import { getOrDamaged } from "../packs/get-or-damaged.ts";
import type { Lease } from "../sessions/lease.ts";

/** A session of a backup takes hours; one of a week is dead, or finds out at its commit that it was taken for dead. */
const STALE_AFTER_MS = 7 * 24 * 3_600_000;

export interface OtherSessionsParts {
  readonly storage: Storage;
  readonly keys: VaultKeys;
  readonly clock: Clock;
  /** One's own. */
  readonly lease: Lease;
  /** False when it may not be deleted. */
  readonly tryDelete: (object: string) => Promise<boolean>;
  /** Older leases are dead. @default a week */
  readonly staleAfterMs?: number | undefined;
}

export interface OpenSessions {
  /** Their ids: 32 hexadecimal digits. */
  readonly ids: ReadonlySet<string>;
  /** Names of their leases. Several may say the same id: anybody may add one, and none stands for another. */
  readonly leases: ReadonlySet<string>;
}

/** Sessions of others, as their leases say. */
export class OtherSessions {
  readonly #parts: OtherSessionsParts;
  /** Leases that were taken for dead, and deleted. */
  readonly revoked: string[] = [];

  constructor(parts: OtherSessionsParts) {
    this.#parts = parts;
  }

  /** Those that are open. Leases of ended and dead ones are deleted. */
  async open(signal?: AbortSignal): Promise<OpenSessions> {
    const { storage, clock, lease, tryDelete, staleAfterMs = STALE_AFTER_MS } = this.#parts;
    const oldest = clock.now().epochMilliseconds - staleAfterMs;
    const ended = new Set<string>();
    for await (const { name } of storage.list(ENDED_PREFIX, { signal })) ended.add(name);
    const [ids, leases] = [new Set<string>(), new Set<string>()];
    for await (const { name } of storage.list(LEASES_PREFIX, { signal })) {
      const named = leaseFromName(name);
      if (named === undefined || name === lease.name) continue;
      const hasEnded = ended.has(endedName(name));
      const isOver = hasEnded || named.milliseconds < oldest;
      if (!isOver || !(await tryDelete(name))) {
        ids.add(named.session);
        leases.add(name);
        ended.delete(endedName(name));
      } else if (!hasEnded) this.revoked.push(name);
    }
    for (const name of ended) await tryDelete(name); // behind the lease
    return { ids, leases };
  }

  /** The id of the session that put a pack. @throws {VaultDamagedError} */
  async ofPack(object: string): Promise<string> {
    const { storage, keys } = this.#parts;
    const header = await getOrDamaged(storage, object, { offset: 0, length: SealedHeader.sizeBytes });
    return hexFromBytes(openHeader(keys, header, { kind: "pack", object }).session);
  }
}
