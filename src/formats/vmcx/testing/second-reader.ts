import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "../../../../test/testing/oracles.ts";

const SCRIPT = join(import.meta.dirname, "../../../../test/testing/read_vmcx.py");

/** What the second reader (Python, of its own) says of a store. It fails on the first wrong checksum or rule. */
export interface SecondReading {
  readonly headers: readonly Readonly<Record<string, number>>[];
  readonly replayLog: Readonly<Record<string, unknown>>;
  readonly objects: readonly { readonly type: number; readonly offset: number; readonly size: number }[];
  readonly verified: Readonly<Record<string, number>>;
  readonly values: readonly { readonly path: string; readonly type: string; readonly value: unknown }[];
  readonly emptyNodes: readonly string[];
  readonly entries: readonly { readonly name: string; readonly flags: number; readonly slack: number }[];
}

/** Reads a .vmcx or .vmrs with the second reader. Needs `python3`. */
export function readBySecondReader(bytes: Uint8Array): SecondReading {
  const folder = mkdtempSync(join(tmpdir(), "stillpoint-vmcx-"));
  try {
    const file = join(folder, "store");
    writeFileSync(file, bytes);
    return JSON.parse(run("python3", [SCRIPT, file, "--structure"])) as SecondReading;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
