import { bytesFromHex, hexFromBytes, parseRestorePointId, type RestorePointId } from "../../base/index.ts";

export const CONFIG_NAME = "config";
export const KEYS_PREFIX = "keys/";
export const PACKS_PREFIX = "packs/";
export const PARITY_PREFIX = "parity/";
export const INDEX_PREFIX = "index/";
export const POINTS_PREFIX = "points/";
export const LEASES_PREFIX = "leases/";
export const DOOMED_PREFIX = "doomed/";
export const AWAITED_PREFIX = "awaited/";
export const TRASH_PREFIX = "trash/";
export const KEPT_PREFIX = "kept/";
export const RECEIPTS_PREFIX = "receipts/";
export const ENDED_PREFIX = "ended/";
export const RENEWED_PREFIX = "renewed/";
export const DAMAGED_PREFIX = "damaged/";
export const HOSTS_PREFIX = "hosts/";
export const HOSTS_ENDED_PREFIX = "hosts-ended/";

/** A write-only host: since when, and its id. */
export function hostName(milliseconds: number, id: Uint8Array): string {
  return `${HOSTS_PREFIX}${timePart(milliseconds)}-${hexFromBytes(id)}`;
}

/** A write-only host whose key was taken away: when, and its id. */
export function hostEndedName(milliseconds: number, id: Uint8Array): string {
  return `${HOSTS_ENDED_PREFIX}${timePart(milliseconds)}-${hexFromBytes(id)}`;
}

/** Time and host of a note about a host; undefined when the name is none. */
export function hostFromName(
  name: string,
): { readonly milliseconds: number; readonly host: string } | undefined {
  const found = /^hosts(?:-ended)?\/([0-9a-f]{12})-([0-9a-f]{32})$/.exec(name);
  if (found === null) return undefined;
  return { milliseconds: Number.parseInt(found[1] as string, 16), host: found[2] as string };
}

export const LEAVING_PREFIX = "leaving/";

/** Says that a key slot is being removed. */
export function leavingName(slot: string): string {
  return LEAVING_PREFIX + slot;
}

export function keySlotName(digest: Uint8Array): string {
  return KEYS_PREFIX + hexFromBytes(digest);
}

export function packName(digest: Uint8Array): string {
  const hex = hexFromBytes(digest);
  return `${PACKS_PREFIX}${hex.slice(0, 2)}/${hex}`;
}

/** The sidecar of a pack, from the pack's name. */
export function parityName(pack: string): string {
  return PARITY_PREFIX + pack.slice(PACKS_PREFIX.length);
}

/** Which pack a sidecar belongs to, from its name. */
export function packOfParity(sidecar: string): string {
  return PACKS_PREFIX + sidecar.slice(PARITY_PREFIX.length);
}

export function segmentName(digest: Uint8Array): string {
  return INDEX_PREFIX + hexFromBytes(digest);
}

export function pointName(milliseconds: number, id: RestorePointId): string {
  return `${POINTS_PREFIX}${timePart(milliseconds)}-${id}`;
}

export function leaseName(milliseconds: number, session: Uint8Array): string {
  return `${LEASES_PREFIX}${timePart(milliseconds)}-${hexFromBytes(session)}`;
}

/** Time and session of a lease, from its object's name; undefined when the name is none. */
export function leaseFromName(
  name: string,
): { readonly milliseconds: number; readonly session: string } | undefined {
  const found = /^leases\/([0-9a-f]{12})-([0-9a-f]{32})$/.exec(name);
  if (found === null) return undefined;
  return { milliseconds: Number.parseInt(found[1] as string, 16), session: found[2] as string };
}

/** Says that a session has ended, where its lease may not be deleted. */
export function endedName(lease: string): string {
  return ENDED_PREFIX + lease.slice(LEASES_PREFIX.length);
}

/** Which locks were renewed until then. */
export function renewedName(untilMilliseconds: number, id: Uint8Array): string {
  return `${RENEWED_PREFIX}${timePart(untilMilliseconds)}-${hexFromBytes(id)}`;
}

/** Until when, from the name of a note about renewed locks; undefined when the name is none. */
export function renewedFromName(name: string): number | undefined {
  const found = /^renewed\/([0-9a-f]{12})-[0-9a-f]{32}$/.exec(name);
  return found?.[1] === undefined ? undefined : Number.parseInt(found[1], 16);
}

export function receiptName(digest: Uint8Array): string {
  return RECEIPTS_PREFIX + hexFromBytes(digest);
}

/** Time and id of a list of what is going to be deleted. */
export function doomedName(milliseconds: number, id: Uint8Array): string {
  return `${DOOMED_PREFIX}${timePart(milliseconds)}-${hexFromBytes(id)}`;
}

/** Who has to end before what a doomed list names is deleted. */
export function awaitedName(doomed: string): string {
  return AWAITED_PREFIX + doomed.slice(DOOMED_PREFIX.length);
}

/** Time and id of a note about packs that are damaged. */
export function damagedName(milliseconds: number, id: Uint8Array): string {
  return `${DAMAGED_PREFIX}${timePart(milliseconds)}-${hexFromBytes(id)}`;
}

/** A restore point in the trash, and until when. */
export function trashName(untilMilliseconds: number, point: RestorePointId): string {
  return `${TRASH_PREFIX}${timePart(untilMilliseconds)}-${point}`;
}

/** Until when which restore point is in the trash; undefined when the name says nothing of it. */
export function trashFromName(
  name: string,
): { readonly untilMilliseconds: number; readonly point: RestorePointId } | undefined {
  const found = /^trash\/([0-9a-f]{12})-([0-9a-f]{32})$/.exec(name);
  const point = found?.[2] === undefined ? undefined : parseRestorePointId(found[2]);
  if (point === undefined) return undefined;
  return { untilMilliseconds: Number.parseInt(found?.[1] as string, 16), point };
}

/** When a restore point was taken out of the trash, and which. */
export function keptName(milliseconds: number, point: RestorePointId): string {
  return `${KEPT_PREFIX}${timePart(milliseconds)}-${point}`;
}

/** Which restore point was taken out of the trash; undefined when the name says nothing of it. */
export function keptFromName(name: string): { readonly point: RestorePointId } | undefined {
  const found = /^kept\/[0-9a-f]{12}-([0-9a-f]{32})$/.exec(name);
  const point = found?.[1] === undefined ? undefined : parseRestorePointId(found[1]);
  return point === undefined ? undefined : { point };
}

/** The SHA-256 that names a pack, a segment, a receipt or a slot; undefined when the name is none of them. */
export function digestFromName(name: string): Uint8Array | undefined {
  const found = /^(?:keys\/|index\/|receipts\/|packs\/([0-9a-f]{2})\/)([0-9a-f]{64})$/.exec(name);
  const hex = found?.[2];
  if (hex === undefined) return undefined;
  if (found?.[1] !== undefined && !hex.startsWith(found[1])) return undefined;
  return bytesFromHex(hex);
}

/** Time and id of a restore point, from its object's name; undefined when the name is none. */
export function pointFromName(
  name: string,
): { readonly milliseconds: number; readonly id: RestorePointId } | undefined {
  const found = /^points\/([0-9a-f]{12})-([0-9a-f]{32})$/.exec(name);
  const id = found?.[2] === undefined ? undefined : parseRestorePointId(found[2]);
  if (id === undefined) return undefined;
  return { milliseconds: Number.parseInt(found?.[1] as string, 16), id };
}

function timePart(milliseconds: number): string {
  return milliseconds.toString(16).padStart(12, "0");
}
