import assert from "node:assert/strict";
import type { Secret } from "../../base/index.ts";
import { FakeClock, SeededEntropy } from "../../base/testing/index.ts";
import type { Storage } from "../../storage/index.ts";
import type { WriterKeys } from "../crypto/vault-keys.ts";
import { type HostKey, parseHostKey } from "../hosts/host-key.ts";
import type { WriteOnlyVault } from "../hosts/write-only-vault.ts";
import { openWriteOnlyVault } from "../open-write-only-vault.ts";
import type { RestorePoint, StoredFile } from "../restore-points/restore-point.ts";
import type { Vault } from "../vault.ts";
import { bringBack, draftOf, indexOfTests, storeBytes } from "./small-vault.ts";

/** The vault as a write-only host has it. */
export async function openHost(storage: Storage, key: Secret, seed: number): Promise<WriteOnlyVault> {
  const clock = new FakeClock("2026-01-02T00:00:00Z");
  const entropy = new SeededEntropy(seed);
  const options = { storage, clock, entropy, passphrase: key, workers: 1, ...indexOfTests() };
  return (await openWriteOnlyVault(options)) ?? assert.fail("the key is no host's");
}

/** A host commits one file, named `disk`. */
export async function hostBacksUp(
  storage: Storage,
  key: Secret,
  backup: { readonly seed: number; readonly bytes: Uint8Array },
): Promise<RestorePoint> {
  await using vault = await openHost(storage, key, backup.seed);
  await using session = await vault.openSession();
  return await session.commit(draftOf([await storeBytes(session, "disk", backup.bytes)]));
}

/** The first file of a restore point has these bytes. */
export async function assertComesBack(vault: Vault, id: string, bytes: Uint8Array): Promise<void> {
  const [file] = (await vault.findPoint(id)).files;
  assert.equal(Buffer.compare(await bringBack(vault, file as StoredFile), bytes), 0);
}

/** What a host's key says. */
export function keyOf(secret: Secret): HostKey {
  const key = parseHostKey(secret);
  return typeof key === "object" ? key : assert.fail("the key is no host's");
}

/** What a host's key file is good for. */
export function keysOf(secret: Secret): WriterKeys {
  return keyOf(secret).keys;
}
