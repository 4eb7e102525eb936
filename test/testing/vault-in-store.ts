import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { systemClock, systemEntropy } from "../../src/base/index.ts";
import { makeVhd } from "../../src/formats/vhd/testing/index.ts";
import { RetryingStorage, type Storage } from "../../src/storage/index.ts";
import {
  backUp,
  bringBack,
  createSmallVault,
  openSmallVault,
  someBytes,
} from "../../src/vault/testing/index.ts";
import { type Said, Workplace } from "./stillpoint.ts";

/** Two backups into a store, each by a connection of its own; everything verifies, and every byte of both comes back. */
export async function holdsVault(open: (create?: true) => Promise<Storage>): Promise<void> {
  const connected = async (create?: true): Promise<Storage> =>
    new RetryingStorage(await open(create), { clock: systemClock, entropy: systemEntropy });
  const files = { "D:\\web01.vhdx": someBytes(1, 300_000), "D:\\web01.vmcx": someBytes(2, 5_000) };
  const changed = { ...files, "D:\\web01.vhdx": someBytes(3, 310_000) };
  {
    await using storage = await connected(true);
    await using vault = (await createSmallVault(storage)).vault;
    await backUp(vault, files);
  }
  await using storage = await connected();
  await using vault = await openSmallVault(storage);
  await backUp(vault, changed);
  const report = await vault.verify({ readDataPercent: 100 });
  assert.deepEqual([report.points, report.damaged], [2, []]);
  const points = await Array.fromAsync(vault.points(), ({ id }) => id);
  for (const [i, expected] of [files, changed].entries()) {
    const point = await vault.findPoint(String(points[i]));
    assert.equal(point.files.length, 2);
    for (const file of point.files) {
      const bytes = await bringBack(vault, file);
      assert.ok(Buffer.from(bytes).equals(expected[file.path as keyof typeof files]), file.path);
    }
  }
}

/** The program at work in a vault; a command that fails fails the test. */
export interface ProgramAtVault {
  readonly here: Workplace;
  readonly vault: readonly string[];
  readonly done: (...args: readonly string[]) => Promise<Said>;
}

/** The program makes a vault at a location, backs up, verifies, restores the same bytes, and finds the place suitable. */
export async function servesProgram(
  location: string,
  environment: Readonly<Record<string, string>>,
  also: (at: ProgramAtVault) => Promise<void> = async () => await Promise.resolve(),
): Promise<void> {
  using here = new Workplace();
  const vault = ["--vault", location, "--passphrase-file", here.passphraseFile];
  const done = async (...args: readonly string[]): Promise<Said> => {
    const said = await here.run(args, { environment });
    assert.equal(said.code, 0, said.text);
    return said;
  };
  mkdirSync(here.path("machines/web01"), { recursive: true });
  writeFileSync(
    here.path("machines/web01/web01.vhd"),
    makeVhd({ sizeBytes: 4_194_304, writes: [{ offset: 0, bytes: someBytes(5, 65_536) }] }),
  );
  await done("vault", "init", ...vault);
  const again = await here.run(["vault", "init", ...vault], { environment });
  assert.deepEqual([again.code, again.errors[0]?.["code"]], [1, "vault-exists"]);
  await done("backup", "--host", `folder:${here.path("machines")}`, "--all", ...vault);
  await done("verify", "--read-data", ...vault);
  await done("restore", "latest:web01", "--to-folder", here.path("back"), "--exact", ...vault);
  const back = readFileSync(here.path("back/web01/web01.vhd"));
  assert.ok(back.equals(readFileSync(here.path("machines/web01/web01.vhd"))));
  const probe = await done("vault", "probe", location);
  assert.deepEqual([probe.summary["location"], probe.summary["suitable"]], [location, true]);
  await also({ here, vault, done });
}
