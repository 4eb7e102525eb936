import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import { SeededEntropy } from "../../src/base/testing/index.ts";
import { MemoryStorage } from "../../src/storage/testing/index.ts";
import { createSmallVault, draftOf, openSmallVault, storeBytes } from "../../src/vault/testing/index.ts";
import { hostJson, scsiDisk, smallDisk } from "../testing/backup-scene.ts";
import { needs } from "../testing/oracles.ts";
import { PASSPHRASE, Workplace } from "../testing/stillpoint.ts";
import { spellings } from "./spell.ts";

const LONG_AGO = Temporal.Instant.from("2020-01-01T00:00:00Z");
/** Words that no vault holds by chance, and where each of them goes in. */
const WORDS = {
  machine: "Xerxes-Payroll-Ünit",
  host: "HV-QUETZALCOATL",
  path: "D:\\Zyzzyva Machines\\xylophone-ledger.vhdx",
  content: "The quarterly brouhaha figures of Mnemosyne",
  checkpoint: "before the Kakistocracy update",
  noise: "bdelloid-rotifer-7731",
} as const;
const PIECES = [
  "Xerxes",
  "QUETZALCOATL",
  "Zyzzyva",
  "xylophone",
  "brouhaha",
  "Mnemosyne",
  "Kakistocracy",
  "rotifer",
];

/** Which words stand in these bytes, and how. */
function found(bytes: Uint8Array): readonly string[] {
  const whole = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return [...Object.values(WORDS), ...PIECES].flatMap((word) =>
    [...spellings(word)].filter(([, spelled]) => whole.includes(spelled)).map(([way]) => `${word} in ${way}`),
  );
}

/** A disk with a word in compressible text, in noise, and in UTF-16. */
function disk(): Uint8Array {
  const bytes = new Uint8Array(60_000);
  bytes.set(Buffer.from(`${WORDS.content}. `.repeat(300)), 100);
  bytes.set(new SeededEntropy(1).bytes(20_000), 30_000);
  bytes.set(Buffer.from(WORDS.noise), 40_000);
  bytes.set(Buffer.from(WORDS.content, "utf16le"), 55_001);
  return bytes;
}

describe("a vault has nothing in clear", () => {
  let storage: MemoryStorage;

  before(async () => {
    const lived = new MemoryStorage();
    const { vault } = await createSmallVault(lived);
    await using _ = vault;
    const ids: string[] = [];
    for (let i = 0; i < 3; i++) {
      await using session = await vault.openSession();
      const bytes = disk();
      bytes.set(new SeededEntropy(i).bytes(9000), 45_000);
      const file = await storeBytes(session, WORDS.path, bytes);
      const machine = { id: "7B1F0D6E-3C50-4B0C-9C67-0F5E1D2A3B4C", name: WORDS.machine };
      const draft = { ...draftOf([file], machine), host: { name: WORDS.host }, warnings: [] };
      const point = await session.commit({ ...draft, leftBehind: [], uncovered: [] });
      ids.push(point.id);
    }
    await using open = await vault.openSession();
    await storeBytes(open, "more", new SeededEntropy(9).bytes(5000));
    const points = await Array.fromAsync(vault.points());
    await vault.trash(points[0]?.id as (typeof points)[0]["id"], { until: LONG_AGO });
    await vault.prune({ moveBelow: 1 });
    storage = lived.clone(); // with the lease of the session that is open
  });

  test("the words that are looked for would be found in every spelling", () => {
    for (const word of Object.values(WORDS)) {
      for (const [way, spelled] of spellings(word)) {
        assert.ok(
          found(spelled).some((each) => each.startsWith(`${word} in `)),
          `${word} in ${way}`,
        );
      }
      for (const shift of [0, 1, 2]) {
        const text = Buffer.from(`${"~".repeat(shift)}${word}, and more`).toString("base64");
        assert.ok(
          found(Buffer.from(text)).includes(`${word} in base64 of UTF-8, ${shift} behind`),
          `${word} ${shift}`,
        );
      }
    }
    assert.ok(found(disk()).length >= 4);
  });

  test("no name, path or content is in any object, or in the name of any", async () => {
    const names = storage.names();
    assert.ok(names.length > 10 && /doomed.*leases/s.test(names.join()), names.join("\n"));
    for (const name of names) {
      assert.deepEqual(found(storage.peek(name)), [], name);
      assert.deepEqual(found(Buffer.from(name)), [], name);
      assert.match(name, /^(config|[a-z]+\/[0-9a-f/-]+)$/);
    }
    await using vault = await openSmallVault(storage);
    const [point] = await Array.fromAsync(vault.points());
    assert.deepEqual(
      [point?.machine.name, point?.host.name],
      [WORDS.machine, WORDS.host],
      "it is in there all the same",
    );
  });

  test("every machine-readable object is JSON of known fields, or sealed", () => {
    for (const name of storage.names()) {
      const bytes = storage.peek(name);
      if (bytes[0] !== 0x7b) continue;
      assert.match(name, /^(config|keys\/|hosts\/|receipts\/)/, name);
    }
  });
});

test(
  "`strings` finds no name, path or content in the vault of a simulated host",
  needs("strings"),
  async () => {
    using place = new Workplace();
    mkdirSync(place.path("host/drives/D/Zyzzyva Machines"), { recursive: true });
    const path = WORDS.path;
    const image = await smallDisk(3);
    const at = image.length - 300_000;
    image.set(Buffer.from(`${WORDS.content} `.repeat(200)), at);
    writeFileSync(place.path("host/drives/D/Zyzzyva Machines/xylophone-ledger.vhdx"), image);
    const machine = {
      id: "7B1F0D6E-3C50-4B0C-9C67-0F5E1D2A3B01",
      name: WORDS.machine,
      disks: [scsiDisk(0, path)],
    };
    writeFileSync(place.path("host/host.json"), hostJson([machine], { name: WORDS.host }));
    await place.newVault();
    const host = `sim:${place.path("host")}`;
    for (let i = 0; i < 2; i++) {
      const said = await place.run(["backup", "--host", host, "--all", ...place.vault()]);
      assert.equal(said.code, 0, said.text);
    }
    const points = await place.run(["points", ...place.vault()]);
    assert.ok(points.text.includes(WORDS.machine), points.text);
    const files = readdirSync(place.path("vault"), { recursive: true, encoding: "utf8" })
      .map((name) => join(place.path("vault"), name))
      .filter((file) => statSync(file).isFile());
    assert.ok(files.length > 8, files.join("\n"));
    const words = [...PIECES, "HV-Q", "web", "vhdx", "Machines", PASSPHRASE.split(" ")[0] as string];
    assert.ok(
      stringsIn([place.path("host/host.json")], "s").includes("xylophone"),
      "`strings` would find it",
    );
    for (const width of ["s", "S", "l", "b"] as const) {
      const seen = stringsIn(files, width).toLowerCase();
      for (const word of words.filter((each) => each.length > 4)) {
        assert.ok(!seen.includes(word.toLowerCase()), `${word} is there, in characters of kind ${width}`);
      }
    }
  },
);

/** What Debian's `strings` sees: characters of 7 bits (s), 8 bits (S), or 16 bits in either order (l, b). */
function stringsIn(files: readonly string[], width: "s" | "S" | "l" | "b"): string {
  const done = spawnSync("strings", ["-a", "-n", "4", "-e", width, ...files], {
    encoding: "utf8",
    maxBuffer: 1 << 28,
  });
  assert.equal(done.status, 0, done.stderr);
  return done.stdout;
}
