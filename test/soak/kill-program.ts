import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { hash } from "node:crypto";
import { once } from "node:events";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import { SeededEntropy } from "../../src/base/testing/index.ts";
import { smallDisk } from "../testing/backup-scene.ts";
import { PASSPHRASE, PROGRAM, type Said, Workplace } from "../testing/stillpoint.ts";
import type { Counts } from "./soak-kind.ts";

const KILLS = 10;
const NOTES_BYTES = 400_000;
/** How many restore points a prune leaves. */
const KEPT = 2;

/** How often each has its turn. */
const OPERATIONS = { backup: 4, prune: 2, repair: 1, copy: 1, rotate: 1 } as const;
type Operation = keyof typeof OPERATIONS;

/**
 * The real program on a vault in a folder, killed with SIGKILL after a drawn time; then the next start, `verify --read-data`, and
 * a restore whose files have the digests that were backed up.
 */
export async function killProgram(seed: number): Promise<Counts> {
  using life = new KilledProgram(seed);
  await life.begin();
  for (let i = 0; i < KILLS; i++) await life.step();
  await life.end();
  return life.counts;
}

class KilledProgram implements Disposable {
  readonly #seed: number;
  readonly #random: SeededEntropy;
  readonly #place = new Workplace();
  /** Of each restore point, the digest of its second file. */
  readonly #digests = new Map<string, string>();
  #content = "";
  #passphrases: readonly string[] = [PASSPHRASE];
  #usualMs = 0;
  readonly counts: Record<string, number> = { kills: 0 };

  constructor(seed: number) {
    this.#seed = seed;
    this.#random = new SeededEntropy(seed);
  }

  async begin(): Promise<void> {
    const place = this.#place;
    mkdirSync(place.path("exports/web01"), { recursive: true });
    writeFileSync(place.path("exports/web01/web01.vhdx"), await smallDisk(this.#seed));
    const parity = this.#seed % 2 === 0 ? ["--parity"] : [];
    await this.#succeed(["vault", "init", ...place.vault(), ...parity]);
    writeFileSync(place.path("second-passphrase"), `${PASSPHRASE}\n`);
    await this.#succeed(["vault", "init", ...this.#second]);
    const began = performance.now();
    this.#write();
    await this.#succeed(this.#argsOf("backup"));
    this.#usualMs = performance.now() - began;
    await this.#recover("backup");
  }

  /** One operation that is killed, and what is there afterwards. */
  async step(): Promise<void> {
    const turns = Object.entries(OPERATIONS).flatMap(([name, count]) =>
      Array.from({ length: count }, () => name),
    );
    const operation = turns[this.#random.below(turns.length)] as Operation;
    if (operation === "backup") this.#write();
    if (operation === "repair") this.#loseSegments();
    if (operation === "rotate") {
      const next = `${PASSPHRASE} ${this.#random.next()}`;
      writeFileSync(this.#place.path("new-passphrase"), `${next}\n`);
      this.#passphrases = [next, ...this.#passphrases];
    }
    if (await this.#isKilled(this.#argsOf(operation), (this.#random.below(1000) / 1000) * this.#usualMs)) {
      for (const what of ["kills", `of ${operation}`]) this.counts[what] = (this.counts[what] ?? 0) + 1;
    }
    if (operation === "rotate") await this.#findPassphrase();
    if (operation === "repair") await this.#succeed(this.#argsOf("repair"));
    await this.#recover(operation);
  }

  /** What nobody kills comes to its end, the second vault has all, and what the dead left goes. */
  async end(): Promise<void> {
    this.#write();
    await this.#succeed(this.#argsOf("backup"));
    await this.#recover("backup");
    await this.#succeed(this.#argsOf("prune"));
    await this.#recover("prune");
    await this.#succeed(this.#argsOf("copy"));
    await this.#succeed(["verify", "--read-data", ...this.#second]);
    const newest = pointIds(await this.#succeed(["points", ...this.#second])).at(-1) ?? "";
    await this.#assertRestores(newest, [...this.#digests.values()].at(-1), this.#second);
  }

  [Symbol.dispose](): void {
    this.#place[Symbol.dispose]();
  }

  /** The vault that copies go to, whose passphrase stays. */
  get #second(): readonly string[] {
    const place = this.#place;
    return ["--vault", place.path("second"), "--passphrase-file", place.path("second-passphrase")];
  }

  #argsOf(operation: Operation): readonly string[] {
    const place = this.#place;
    const vault = place.vault();
    const second = [
      "--to-vault",
      place.path("second"),
      "--to-passphrase-file",
      place.path("second-passphrase"),
    ];
    const keep = ["--keep-last", String(KEPT), "--execute", "--allow-many", "--trash-days", "0"];
    return {
      backup: ["backup", "--host", `folder:${place.path("exports")}`, "--all", ...vault],
      prune: ["prune", ...vault, ...keep],
      repair: ["repair", ...vault, "--execute"],
      copy: ["copy", "--all", ...vault, ...second],
      rotate: ["vault", "key", "rotate", ...vault, "--new-passphrase-file", place.path("new-passphrase")],
    }[operation];
  }

  /** New content of the machine's second file. */
  #write(): void {
    const bytes = this.#random.bytes(NOTES_BYTES);
    writeFileSync(this.#place.path("exports/web01/notes.bin"), bytes);
    this.#content = hash("sha256", bytes);
  }

  /** All that the index says is in the packs too. */
  #loseSegments(): void {
    const folder = this.#place.path("vault/index");
    for (const name of readdirSync(folder)) if (this.#random.below(2) === 0) rmSync(`${folder}/${name}`);
  }

  async #isKilled(args: readonly string[], afterMs: number): Promise<boolean> {
    const env = { ...process.env, STILLPOINT_STATE_DIR: this.#place.path("state"), LC_ALL: "C" };
    const child = spawn(PROGRAM, [...args, "--json"], { env, stdio: "ignore" });
    const closed = once(child, "close");
    await Promise.race([wait(afterMs), closed]);
    child.kill("SIGKILL");
    await closed;
    return child.signalCode === "SIGKILL";
  }

  /** The newest that opens the vault is the one from now on. */
  async #findPassphrase(): Promise<void> {
    for (const passphrase of this.#passphrases) {
      writeFileSync(this.#place.passphraseFile, `${passphrase}\n`);
      const { code } = await this.#place.run(["points", ...this.#place.vault()]);
      if (code === 0) return;
    }
    assert.fail("no passphrase opens the vault");
  }

  /** Every restore point that is there is whole; those that were seen before have the content that they had. */
  async #recover(operation: Operation): Promise<void> {
    await this.#succeed(["verify", "--read-data", ...this.#place.vault()]);
    const ids = pointIds(await this.#succeed(["points", ...this.#place.vault()]));
    const before = [...this.#digests.keys()];
    const fresh = ids.filter((id) => !this.#digests.has(id));
    const most = operation === "backup" ? 1 : 0;
    assert.ok(fresh.length <= most, `${fresh.length} restore points came from nowhere`);
    for (const id of operation === "prune" ? before.slice(-KEPT) : before)
      assert.ok(ids.includes(id), `${id} is lost`);
    for (const id of before) if (!ids.includes(id)) this.#digests.delete(id);
    for (const id of fresh) this.#digests.set(id, this.#content);
    const id = ids[this.#random.below(ids.length)] ?? "";
    await this.#assertRestores(id, this.#digests.get(id), this.#place.vault());
  }

  async #assertRestores(id: string, digest: string | undefined, vault: readonly string[]): Promise<void> {
    const out = this.#place.path(`out-${id}`);
    await this.#succeed(["restore", id, ...vault, "--to-folder", out, "--exact"]);
    assert.equal(hash("sha256", readFileSync(`${out}/web01/notes.bin`)), digest, `${id} came back wrong`);
    rmSync(out, { recursive: true });
  }

  async #succeed(args: readonly string[]): Promise<Said> {
    const said = await this.#place.run(args);
    assert.equal(said.code, 0, said.text);
    return said;
  }
}

function pointIds(said: Said): readonly string[] {
  return said.lines.filter(({ type }) => type === "point").map((line) => String(line["id"]));
}
