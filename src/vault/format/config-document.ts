import { createHmac, timingSafeEqual } from "node:crypto";
import { bytesFromHex, type Guid, hexFromBytes, parseGuid } from "../../base/index.ts";
import type { LockMode } from "../../storage/index.ts";
import { FORMAT_VERSION, FRAME_BYTES } from "./layout.ts";
import { decodeLine, encodeLine, isCanonical } from "./one-line-json.ts";

export const VAULT_FORMAT = "stillpoint-vault";
const IDENTITY = "blake3-256-keyed";
const SMALLEST_CHUNK = 4096;
/** A lock that nobody can lift should not outlive everybody. */
const MOST_LOCK_DAYS = 3650;
/** The only number of parity segments: docs/vault-format.md 6.1. */
const PARITY = 2;

/** docs/vault-format.md 4.1. */
export interface VaultConfig {
  readonly format: typeof VAULT_FORMAT;
  readonly version: number;
  readonly id: Guid;
  readonly created: string;
  readonly chunkBytes: number;
  readonly identity: typeof IDENTITY;
  /** For how many days objects are locked at least; absent where they are not. */
  readonly lockDays?: number;
  /** How; with `lockDays` only. */
  readonly lockMode?: LockMode;
  /** How many parity segments each pack has beside it; absent where there are none. */
  readonly parity?: typeof PARITY | undefined;
}

/** What `config` turned out to be. */
export type ReadConfig =
  | { readonly kind: "config"; readonly config: VaultConfig; readonly mac: Uint8Array }
  | { readonly kind: "too-new"; readonly version: number }
  | { readonly kind: "damaged" }
  | { readonly kind: "no-vault" };

export function newConfig(
  facts: Pick<VaultConfig, "id" | "created" | "chunkBytes" | "lockDays" | "lockMode" | "parity">,
): VaultConfig {
  if (!isChunkSize(facts.chunkBytes)) {
    throw new TypeError(`A chunk of ${facts.chunkBytes} bytes is no power of two from 4 KiB to 512 KiB`);
  }
  const { id, created, chunkBytes, lockDays, lockMode } = facts;
  const lock = readLock({ lockDays, lockMode });
  if (lock === undefined) {
    throw new TypeError(`A lock of ${lockDays} days is none, wanted 1 to ${MOST_LOCK_DAYS}`);
  }
  return {
    format: VAULT_FORMAT,
    version: FORMAT_VERSION,
    id,
    created,
    chunkBytes,
    identity: IDENTITY,
    ...lock,
    ...(facts.parity !== undefined && { parity: facts.parity }),
  };
}

/** The caller owns the bytes. */
export function encodeConfig(config: VaultConfig, configKey: Uint8Array): Uint8Array {
  return encodeLine({ ...config, mac: hexFromBytes(configMac(config, configKey)) });
}

export function decodeConfig(bytes: Uint8Array): ReadConfig {
  const found = decodeLine(bytes);
  if (found?.["format"] !== VAULT_FORMAT) return { kind: "no-vault" };
  const { version, id, created, chunkBytes, mac } = found;
  if (typeof version === "number" && version > FORMAT_VERSION) return { kind: "too-new", version };
  const macBytes = bytesFromHex(textOf(mac));
  const guid = parseGuid(textOf(id));
  if (version !== FORMAT_VERSION || typeof created !== "string") return { kind: "damaged" };
  if (typeof chunkBytes !== "number" || !isChunkSize(chunkBytes)) return { kind: "damaged" };
  if (guid === undefined || macBytes?.length !== 32) return { kind: "damaged" };
  const lock = readLock(found);
  if (lock === undefined) return { kind: "damaged" };
  // any other parity is not what is encoded again
  const parity = found["parity"] === undefined ? undefined : PARITY;
  const config = newConfig({ id: guid, created, chunkBytes, ...lock, parity });
  if (!isCanonical({ ...config, mac: hexFromBytes(macBytes) }, bytes)) return { kind: "damaged" };
  return { kind: "config", config, mac: macBytes };
}

/** Whether somebody with the master key wrote this config. */
export function isConfigProven(config: VaultConfig, mac: Uint8Array, configKey: Uint8Array): boolean {
  return timingSafeEqual(configMac(config, configKey), mac);
}

function configMac(config: VaultConfig, configKey: Uint8Array): Uint8Array {
  return createHmac("sha256", configKey).update(JSON.stringify(config)).digest();
}

/** Empty when it is none. */
function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** Both fields, or none of them; undefined when they are something else. */
function readLock(fields: {
  readonly lockDays?: unknown;
  readonly lockMode?: unknown;
}): Pick<VaultConfig, "lockDays" | "lockMode"> | undefined {
  const { lockDays, lockMode } = fields;
  if (lockDays === undefined && lockMode === undefined) return {};
  if (typeof lockDays !== "number" || !Number.isInteger(lockDays)) return undefined;
  if (lockDays < 1 || lockDays > MOST_LOCK_DAYS) return undefined;
  if (lockMode !== "governance" && lockMode !== "compliance") return undefined;
  return { lockDays, lockMode };
}

function isChunkSize(value: number): boolean {
  return Number.isInteger(Math.log2(value)) && value >= SMALLEST_CHUNK && value <= FRAME_BYTES;
}
