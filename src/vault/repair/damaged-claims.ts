import { forEachBounded } from "../../base/index.ts";
import type { Storage } from "../../storage/index.ts";
import { SessionKeyring } from "../crypto/open-header.ts";
import type { VaultKeys } from "../crypto/vault-keys.ts";
import { damageIn, type VaultDamagedError } from "../errors.ts";
import { digestFromName } from "../format/object-names.ts";
import type { LoadedIndex } from "../index/load-index.ts";
import type { PackSizes } from "../index/pack-sizes.ts";
import { isGone, isUnreadable } from "../packs/get-or-damaged.ts";
import { readPackContents } from "../packs/read-pack-contents.ts";

const READS_AT_ONCE = 8;

/** A pack that segments of hosts name and none of a full-key holder, and that cannot be read back. */
export interface DamagedClaim {
  readonly object: string;
  readonly what: string;
  /** As its host says. */
  readonly frameCount: number;
  /** What is wrong with its footer; undefined when only a note says that it is damaged. */
  readonly damage: VaultDamagedError | undefined;
}

export interface DamagedClaimsParts {
  readonly storage: Storage;
  readonly keys: VaultKeys;
  /** Held against the packs that are there. */
  readonly loaded: LoadedIndex;
  readonly listed: PackSizes;
  readonly signal?: AbortSignal | undefined;
}

/** Looks at headers and footers; what was found in the rest stands in notes. What the storage does not give is passed over. */
export async function findDamagedClaims(parts: DamagedClaimsParts): Promise<readonly DamagedClaim[]> {
  const { loaded, listed, signal } = parts;
  const { index, claims } = loaded;
  const keyring = new SessionKeyring(parts.keys);
  const found: DamagedClaim[] = [];
  const unread = claims.packs.filter(
    ({ object }) =>
      listed.has(object) &&
      !index.isDoomed(object) &&
      !index.hasPack(digestFromName(object) as Uint8Array) &&
      !loaded.unreadablePacks.has(object),
  );
  const look = async ({ object, frameCount }: (typeof unread)[number]): Promise<void> => {
    try {
      await readPackContents(object, listed.sizeOf(object), { ...parts, keyring });
      if (!index.isDamaged(object)) return;
      found.push({ object, frameCount, what: "it was found damaged before", damage: undefined });
    } catch (error) {
      const damage = damageIn(error);
      if (isGone(damage) || isUnreadable(damage)) return;
      found.push({ object, frameCount, what: damage.what, damage });
    }
  };
  await forEachBounded(unread, look, { limit: READS_AT_ONCE, signal });
  return found.sort((a, b) => (a.object < b.object ? -1 : 1));
}
