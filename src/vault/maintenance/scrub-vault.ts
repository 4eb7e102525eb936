import { createHash } from "node:crypto";
import { type Clock, forEachBounded, hexFromBytes, MIB, throwIfInterrupted } from "../../base/index.ts";
import type { Storage, StoredObject } from "../../storage/index.ts";
import { VaultDamagedError, VaultNotFoundError } from "../errors.ts";
import { decodeConfig } from "../format/config-document.ts";
import {
  CONFIG_NAME,
  digestFromName,
  INDEX_PREFIX,
  KEYS_PREFIX,
  PACKS_PREFIX,
} from "../format/object-names.ts";
import { getOrDamaged, isGone } from "../packs/get-or-damaged.ts";
import { checkSidecars, type SidecarReport } from "../parity/check-sidecars.ts";
import { mendFromSidecar } from "../parity/mend-from-sidecar.ts";
import { type CheckedObjects, ForgottenChecks } from "./checked-objects.ts";
import { CheckingTurn } from "./checking-turn.ts";
import type { DamagedObject } from "./damage-ledger.ts";

const READ_BYTES: number = 4 * MIB;
const OBJECTS_AT_ONCE = 4;

export interface ScrubTurn {
  readonly clock: Clock;
  readonly checked: CheckedObjects;
  /** How much of the bytes is read, the longest unchecked first: 100 is everything. */
  readonly percent: number;
  /** Do not go on with a reading of everything that was interrupted. */
  readonly fromStart?: true | undefined;
}

export interface ScrubOptions {
  readonly storage: Storage;
  /** What earlier runs read, and how much of it is read again. Left out: everything is read, as if for the first time. */
  readonly turn?: ScrubTurn | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Told while objects are read. */
  readonly onProgress?:
    | ((progress: { readonly doneBytes: number; readonly totalBytes: number }) => void)
    | undefined;
}

export interface ScrubReport {
  /** Objects whose bytes were held against their names. */
  readonly objects: number;
  readonly bytes: number;
  /** When the interrupted reading began that this one went on with: an ISO instant. */
  readonly goesOnSince?: string | undefined;
  /** Which restore points need them cannot be said without a key. */
  readonly damaged: readonly ScrubbedDamage[];
  /** Packs that cannot be mended because their sidecar is missing or damaged; absent in a vault without sidecars. Nothing is lost. */
  readonly sidecars?: SidecarReport | undefined;
}

export interface ScrubbedDamage extends Pick<DamagedObject, "object" | "what"> {
  /** A pack whose sidecar gives back every byte: `repair` does that. */
  readonly isMendable?: true;
}

/**
 * Reads every object that is named by the SHA-256 of its bytes (packs, segments, key slots) and compares: without a passphrase,
 * by anybody who can read the storage. What was found damaged counts as unchecked, and is read first the next time. Restore points have random names; `verify` looks at them.
 * @throws {VaultNotFoundError}
 */
export async function scrubVault(options: ScrubOptions): Promise<ScrubReport> {
  const { storage, signal, onProgress } = options;
  if ((await storage.stat(CONFIG_NAME, { signal })) === undefined) {
    throw new VaultNotFoundError(`Cannot scrub "${storage.location}": what is there is no vault`);
  }
  const now = (): number => options.turn?.clock.now().epochMilliseconds ?? 0;
  const checked = options.turn?.checked ?? new ForgottenChecks();
  const turn = new CheckingTurn({ percent: 100, ...options.turn, checked, now: now() });
  for await (const { name, sizeBytes } of namedByContent(storage, signal)) turn.add(name, sizeBytes);
  const totalBytes = turn.plan();
  await turn.begin();
  const damaged: ScrubbedDamage[] = [];
  let objects = 0;
  let doneBytes = 0;
  const check = async (object: StoredObject): Promise<void> => {
    if (!turn.takes(object.name, object.sizeBytes)) return;
    const what = await damageOf(object, { storage, signal });
    if (what === "gone") return; // a prune took it since it was listed
    if (what === undefined) await checked.note(object.name, now());
    else damaged.push({ object: object.name, what, ...(await mendable(object, { storage, signal })) });
    objects++;
    doneBytes += object.sizeBytes;
    onProgress?.({ doneBytes, totalBytes: Math.max(totalBytes, doneBytes) });
  };
  try {
    await forEachBounded(namedByContent(storage, signal), check, { limit: OBJECTS_AT_ONCE, signal });
  } catch (error) {
    throwIfInterrupted(signal); // said once, not by each that was reading
    throw error;
  }
  await turn.end();
  const sidecars = await sidecarsOf(options);
  const since = turn.goesOnSince;
  return {
    objects,
    bytes: doneBytes,
    damaged: damaged.toSorted((a, b) => (a.object < b.object ? -1 : 1)),
    ...(sidecars !== undefined && { sidecars }),
    ...(since !== undefined && { goesOnSince: Temporal.Instant.fromEpochMilliseconds(since).toString() }),
  };
}

/** Undefined when there is none. */
async function damageOf(
  object: StoredObject,
  place: Pick<ScrubOptions, "storage" | "signal">,
): Promise<string | undefined> {
  try {
    await scrubObject(object, place);
    return undefined;
  } catch (error) {
    if (!(error instanceof VaultDamagedError)) throw error;
    return isGone(error) ? "gone" : error.what;
  }
}

async function mendable(
  object: StoredObject,
  place: Pick<ScrubOptions, "storage" | "signal">,
): Promise<Pick<ScrubbedDamage, "isMendable">> {
  if (!object.name.startsWith(PACKS_PREFIX)) return {};
  try {
    return (await mendFromSidecar(object, place)) === undefined ? {} : { isMendable: true };
  } catch (error) {
    if (error instanceof VaultDamagedError) return {};
    throw error;
  }
}

/** Whether packs have sidecars is what the config says, which only a key proves. They are read when everything is. */
async function sidecarsOf({ storage, turn, signal }: ScrubOptions): Promise<SidecarReport | undefined> {
  const read = decodeConfig(await getOrDamaged(storage, CONFIG_NAME, { signal }));
  if (read.kind !== "config" || read.config.parity === undefined) return undefined;
  const packs = new Map<string, number>();
  for await (const { name, sizeBytes } of storage.list(PACKS_PREFIX, { signal })) {
    if (digestFromName(name) !== undefined) packs.set(name, sizeBytes);
  }
  return await checkSidecars(packs, { storage, signal, isRead: (turn?.percent ?? 100) >= 100 });
}

async function* namedByContent(
  storage: Storage,
  signal: AbortSignal | undefined,
): AsyncGenerator<StoredObject> {
  for (const prefix of [KEYS_PREFIX, INDEX_PREFIX, PACKS_PREFIX]) {
    for await (const object of storage.list(prefix, { signal })) {
      if (digestFromName(object.name) !== undefined) yield object;
    }
  }
}

/** In pieces: an object may be larger than memory should be. */
async function scrubObject(
  { name, sizeBytes }: StoredObject,
  { storage, signal }: Pick<ScrubOptions, "storage" | "signal">,
): Promise<void> {
  const digest = createHash("sha256");
  for (let offset = 0; offset < sizeBytes; offset += READ_BYTES) {
    throwIfInterrupted(signal);
    const length = Math.min(READ_BYTES, sizeBytes - offset);
    digest.update(await getOrDamaged(storage, name, { offset, length, signal }));
  }
  if (!name.endsWith(hexFromBytes(digest.digest()))) {
    throw new VaultDamagedError(name, "its bytes are not those that it is named for");
  }
}
