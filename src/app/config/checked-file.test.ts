import assert from "node:assert/strict";
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { StateFolderError } from "../errors.ts";
import { CheckedFile } from "./checked-file.ts";

const stateDir = mkdtempSync(join(tmpdir(), "stillpoint-checked-"));
const known = new Set<string>();
const PACK = `packs/ab/${"ab".repeat(32)}`;
after(() => {
  rmSync(stateDir, { recursive: true });
});

async function look<T>(location: string, use: (file: CheckedFile) => Promise<T> | T): Promise<T> {
  await using file = await CheckedFile.open("verify", location, { stateDir });
  return await use(file);
}

test("`CheckedFile` remembers checks and a reading that did not end, each place for itself", async () => {
  await look("one", async (file) => {
    await file.beginPass(1_700_000_000_000);
    await file.note(PACK, 1_700_000_000_001);
    await file.note(PACK, 1_700_000_000_002);
  });
  const read = await look("one", (file) => [file.passBegan, file.lastChecked(PACK)]);
  assert.deepEqual(read, [1_700_000_000_000, 1_700_000_000_002]);
  assert.equal(await look("two", (file) => file.lastChecked(PACK)), undefined);
  await look("one", async (file) => await file.endPass());
  assert.equal(await look("one", (file) => file.passBegan), undefined);
  newest();
});

test("`CheckedFile` ignores a torn last line and what it does not understand", async () => {
  await look("torn", async (file) => await file.note(PACK, 7));
  const path = newest();
  appendFileSync(path, `nonsense\n18bcfe568 ${PACK.slice(0, 20)}`);
  assert.equal(await look("torn", (file) => file.lastChecked(PACK)), 7);
});

test("`CheckedFile` is written anew when most of its lines are outdated", async () => {
  await look("long", async (file) => await file.note(PACK, 1));
  const path = newest();
  const lines = Array.from({ length: 5000 }, (_, i) => `${(i + 1).toString(16)} ${PACK}`);
  writeFileSync(path, `began 5\n${lines.join("\n")}\n`);
  const read = await look("long", (file) => [file.lastChecked(PACK), file.passBegan]);
  assert.deepEqual(read, [5000, 5]);
  assert.equal(readFileSync(path, "utf8"), `1388 ${PACK}\nbegan 5\n`);
});

test("`CheckedFile` says which file it cannot use", async () => {
  const folder = join(stateDir, "blocked");
  writeFileSync(folder, "a file where a folder should be");
  await assert.rejects(CheckedFile.open("scrub", "x", { stateDir: folder }), StateFolderError);
});

/** The file that was made last. */
function newest(): string {
  const folder = join(stateDir, "checks");
  const names = readdirSync(folder).filter((name) => !known.has(name));
  for (const name of names) known.add(name);
  return join(folder, names[0] ?? "none");
}
