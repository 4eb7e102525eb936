import { createHash } from "node:crypto";
import { type Clock, forEachBounded, hexFromBytes, MIB, throwIfInterrupted } from "../../base/index.ts";
import type { Storage, StoredObject } from "../../storage/index.ts";
import { VaultDamagedError, VaultNotFoundError } from "../errors.ts";
import { decodeConfig } from "../format/config-document.ts";
import {
  AWAITED_PREFIX,
  CONFIG_NAME,
  DAMAGED_PREFIX,
  DOOMED_PREFIX,
  digestFromName,
  HOSTS_ENDED_PREFIX,
  HOSTS_PREFIX,
  INDEX_PREFIX,
  KEPT_PREFIX,
  KEYS_PREFIX,
  PACKS_PREFIX,
  POINTS_PREFIX,
  RECEIPTS_PREFIX,
  RENEWED_PREFIX,
  TRASH_PREFIX,
} from "../format/object-names.ts";
import { getOrDamaged, isGone } from "../packs/get-or-damaged.ts";
import { checkSidecars, type SidecarReport } from "../parity/check-sidecars.ts";
import { mendFromSidecar } from "../parity/mend-from-sidecar.ts";
import { type CheckedObjects, ForgottenChecks } from "./checked-objects.ts";
import { CheckingTurn } from "./checking-turn.ts";
import type { DamagedObject } from "./damage-ledger.ts";

const NAMED_BY_CONTENT = [KEYS_PREFIX, INDEX_PREFIX, RECEIPTS_PREFIX, PACKS_PREFIX];
const UNPROVEN = [
  POINTS_PREFIX,
  HOSTS_PREFIX,
  HOSTS_ENDED_PREFIX,
  TRASH_PREFIX,
  KEPT_PREFIX,
  DOOMED_PREFIX,
  AWAITED_PREFIX,
  DAMAGED_PREFIX,
  RENEWED_PREFIX,
];
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
  /** How many there are whose names prove their bytes. */
  readonly objectsThere: number;
  readonly bytesThere: number;
  /** How much of them was read, by this run and the one that it went on with: of what was not read nothing is known. */
  readonly dataRead: "part" | "all";
  /**
   * Objects whose names say nothing of their bytes (restore points, notes, hosts): without a key nobody can tell whether they are whole. Nor can
   * it be told whether objects are missing, or whether sound ones belong here.
   */
  readonly unproven: number;
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
 * Reads every object that is named by the SHA-256 of its bytes (packs, segments, key slots, receipts) and compares: without a passphrase,
 * by anybody who can read the storage. What was found damaged counts as unchecked, and is read first the next time. Restore points have
 * random names; `verify` looks at them, and tells what is missing. Of what is damaged one pack is in memory, mended.
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
  let [objectsThere, bytesThere] = [0, 0];
  for await (const { name, sizeBytes } of namedByContent(storage, signal)) {
    turn.add(name, sizeBytes);
    objectsThere++;
    bytesThere += sizeBytes;
  }
  const totalBytes = turn.plan();
  await turn.begin();
  const config = await readConfig(storage, signal);
  const damaged: (ScrubbedDamage & { readonly sizeBytes: number })[] = [];
  let objects = 0;
  let doneBytes = 0;
  const check = async (object: StoredObject): Promise<void> => {
    if (!turn.takes(object.name, object.sizeBytes)) return;
    const what = await damageOf(object, { storage, signal });
    if (what === "gone") return; // a prune took it since it was listed
    if (what === undefined) await checked.note(object.name, now());
    else damaged.push({ object: object.name, what, sizeBytes: object.sizeBytes });
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
  const found: ScrubbedDamage[] =
    config.kind === "config" ? [] : [{ object: CONFIG_NAME, what: config.what }];
  for (const { sizeBytes, ...damage } of damaged.sort((a, b) => (a.object < b.object ? -1 : 1))) {
    found.push({ ...damage, ...(await mendable({ name: damage.object, sizeBytes }, { storage, signal })) });
  }
  const sidecars = await sidecarsOf(options, config);
  const since = turn.goesOnSince;
  const isAll = (options.turn?.percent ?? 100) >= 100 || objects >= objectsThere;
  return {
    objects,
    bytes: doneBytes,
    objectsThere,
    bytesThere,
    dataRead: isAll ? "all" : "part",
    unproven: await countUnproven(storage, signal),
    damaged: found,
    ...(sidecars !== undefined && { sidecars }),
    ...(since !== undefined && { goesOnSince: Temporal.Instant.fromEpochMilliseconds(since).toString() }),
  };
}

/** The config, or what is wrong with it as far as that can be told without a key. A newer program's is not wrong. */
async function readConfig(
  storage: Storage,
  signal: AbortSignal | undefined,
): Promise<
  { readonly kind: "config"; readonly parity: boolean } | { readonly kind: "damaged"; readonly what: string }
> {
  try {
    const read = decodeConfig(await getOrDamaged(storage, CONFIG_NAME, { signal }));
    if (read.kind === "too-new") return { kind: "config", parity: false };
    if (read.kind === "config") return { kind: "config", parity: read.config.parity !== undefined };
    return { kind: "damaged", what: "its bytes are not those that were written" };
  } catch (error) {
    if (!(error instanceof VaultDamagedError)) throw error;
    return { kind: "damaged", what: error.what };
  }
}

async function countUnproven(storage: Storage, signal: AbortSignal | undefined): Promise<number> {
  let count = 0;
  for (const prefix of UNPROVEN) for await (const _ of storage.list(prefix, { signal })) count++;
  return count;
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
async function sidecarsOf(
  { storage, turn, signal }: ScrubOptions,
  config: Awaited<ReturnType<typeof readConfig>>,
): Promise<SidecarReport | undefined> {
  if (config.kind !== "config" || !config.parity) return undefined;
  const packs = storage.list(PACKS_PREFIX, { signal });
  return await checkSidecars(packs, { storage, signal, isRead: (turn?.percent ?? 100) >= 100 });
}

async function* namedByContent(
  storage: Storage,
  signal: AbortSignal | undefined,
): AsyncGenerator<StoredObject> {
  for (const prefix of NAMED_BY_CONTENT) {
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
