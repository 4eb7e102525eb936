import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { needs, run } from "../../../test/testing/oracles.ts";
import { SeededEntropy } from "../../base/testing/index.ts";
import { joinSecret, splitSecret } from "./split-secret.ts";

const entropy = new SeededEntropy(20261122);

function inFolder(work: (folder: string) => void): void {
  const folder = mkdtempSync(join(tmpdir(), "stillpoint-shares-"));
  try {
    work(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test("`joinSecret()` gives the secret back from any parts that are enough, and something else from fewer", () => {
  for (const [shares, needed] of [
    [1, 1],
    [5, 3],
    [3, 3],
    [255, 2],
  ] as const) {
    const secret = entropy.bytes(20);
    const parts = splitSecret(secret, { shares, needed, entropy });
    assert.deepEqual(
      parts.map(({ at }) => at),
      Array.from({ length: shares }, (_, i) => i + 1),
    );
    assert.deepEqual(joinSecret(parts.slice(0, needed)), secret);
    assert.deepEqual(joinSecret(parts.toReversed().slice(0, needed)), secret);
    assert.deepEqual(joinSecret(parts.slice(0, needed + 1)), secret, "more than are needed");
    if (needed > 1) assert.notDeepEqual(joinSecret(parts.slice(1, needed)), secret);
  }
});

test("`splitSecret()` makes each byte of too few parts equally likely, whatever the secret is", () => {
  const seen = new Set<number>();
  for (let i = 0; i < 4000; i++) {
    const [part] = splitSecret(Uint8Array.of(0), { shares: 2, needed: 2, entropy });
    seen.add(part?.bytes[0] as number);
  }
  assert.equal(seen.size, 256);
});

test("`splitSecret()` takes no impossible counts, and `joinSecret()` no place twice", () => {
  const secret = new Uint8Array(1);
  for (const [shares, needed] of [
    [0, 0],
    [2, 3],
    [2, 0],
    [256, 2],
  ] as const) {
    assert.throws(() => splitSecret(secret, { shares, needed, entropy }), TypeError);
  }
  const [first] = splitSecret(secret, { shares: 2, needed: 2, entropy });
  const twice = { at: first?.at ?? 0, bytes: first?.bytes ?? secret };
  assert.deepEqual(joinSecret([]), new Uint8Array(0));
  assert.notEqual(joinSecret([twice, { ...twice, at: 9 }]).length, 0);
});

test("libgfshare joins what `splitSecret()` made", needs("gfcombine"), () => {
  inFolder((folder) => {
    const secret = entropy.bytes(20);
    const parts = splitSecret(secret, { shares: 7, needed: 4, entropy });
    const chosen = [parts[6], parts[1], parts[3], parts[4]].map((part) => part ?? assert.fail());
    const files = chosen.map(({ at, bytes }) => {
      const file = join(folder, `share.${String(at).padStart(3, "0")}`);
      writeFileSync(file, bytes);
      return file;
    });
    run("gfcombine", ["-o", join(folder, "joined"), ...files]);
    assert.deepEqual(new Uint8Array(readFileSync(join(folder, "joined"))), secret);
  });
});

test("`joinSecret()` joins what libgfshare split", needs("gfsplit"), () => {
  inFolder((folder) => {
    const secret = entropy.bytes(20);
    writeFileSync(join(folder, "secret"), secret);
    run("gfsplit", ["-n", "3", "-m", "5", join(folder, "secret"), join(folder, "share")]);
    const parts = readdirSync(folder)
      .filter((name) => name.startsWith("share."))
      .map((name) => ({
        at: Number(name.slice(6)),
        bytes: new Uint8Array(readFileSync(join(folder, name))),
      }));
    assert.equal(parts.length, 5);
    assert.deepEqual(joinSecret(parts.slice(0, 3)), secret);
    assert.deepEqual(joinSecret(parts.slice(2)), secret);
  });
});
