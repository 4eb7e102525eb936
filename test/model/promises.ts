import assert from "node:assert/strict";
import { hash } from "node:crypto";
import type { RestorePoint, Vault } from "../../src/vault/index.ts";
import { bringBack } from "../../src/vault/testing/index.ts";

/** What must be true of a restore point that was promised: the SHA-256 of its files, by path. */
export interface Promised {
  readonly point: RestorePoint;
  readonly digests: Readonly<Record<string, string>>;
}

export function promisedOf(point: RestorePoint, files: Readonly<Record<string, Uint8Array>>): Promised {
  const digests = Object.entries(files).map(([path, bytes]) => [path, hash("sha256", bytes)]);
  return { point, digests: Object.fromEntries(digests) as Record<string, string> };
}

/** Every file of every restore point comes back as it was. */
export async function assertKept(vault: Vault, promised: Iterable<Promised>, when = ""): Promise<void> {
  for (const { point, digests } of promised) {
    const found = await vault.findPoint(point.id);
    const paths = found.files.map(({ path }) => path).sort();
    assert.deepEqual(paths, Object.keys(digests).sort(), `files of ${point.id} ${when}`);
    for (const file of found.files) {
      const digest = hash("sha256", await bringBack(vault, file));
      assert.equal(digest, digests[file.path], `${file.path} of ${point.id} ${when}`);
    }
  }
}
