import assert from "node:assert/strict";
import { hash } from "node:crypto";
import { hexFromBytes, type Secret } from "../../src/base/index.ts";
import { FakeClock, SeededEntropy } from "../../src/base/testing/index.ts";
import {
  MemoryStorage,
  ProgramKilledError,
  Schedule,
  type ScheduledStorage,
} from "../../src/storage/testing/index.ts";
import { SealedHeader } from "../../src/vault/format/layout.ts";
import {
  openVault,
  openWriteOnlyVault,
  PointNotFoundError,
  type RestorePoint,
  type StoredFile,
  type Vault,
  VaultDamagedError,
  type VaultOptions,
  VaultSessionLostError,
} from "../../src/vault/index.ts";
import { parseFrameClear } from "../../src/vault/packs/frame-clear.ts";
import {
  bringBack,
  createSmallVault,
  draftOf,
  indexOfTests,
  openSmallVault,
  someBytes,
  storeBytes,
  TEST_PASSPHRASE,
} from "../../src/vault/testing/index.ts";

const LONG_AGO = Temporal.Instant.from("2020-01-01T00:00:00Z");

interface Promised {
  readonly point: RestorePoint;
  readonly bytes: Uint8Array;
}

/** Remembers each frame's number with its session: one that comes again with other bytes would repeat a nonce. */
class NonceGuard extends MemoryStorage {
  readonly #frames = new Map<string, string>();
  frames = 0;

  override async put(name: string, parts: readonly Uint8Array[]): Promise<void> {
    if (name.startsWith("packs/")) this.#note(Buffer.concat(parts));
    await super.put(name, parts);
  }

  #note(pack: Uint8Array): void {
    const { session } = SealedHeader.decode(pack);
    for (let at = SealedHeader.sizeBytes; ; ) {
      const frame = parseFrameClear(pack, at);
      if (frame === undefined) return;
      this.frames++;
      const key = `${hexFromBytes(session)} ${frame.number}`;
      const digest = hash("sha256", pack.subarray(at, at + frame.sealedBytes));
      assert.equal(this.#frames.get(key) ?? digest, digest, `frame ${key} was sealed twice`);
      this.#frames.set(key, digest);
      at += frame.sealedBytes;
    }
  }
}

/** Programs that back up, prune and restore in one vault at the same time, in an order that a seed decides. */
export class ScheduleWorld {
  readonly #storage = new NonceGuard();
  readonly #random: SeededEntropy;
  readonly #schedule: Schedule;
  readonly #disk: Uint8Array;
  readonly #promised = new Map<string, Promised>();
  readonly #removed = new Set<string>();
  readonly #programs: { readonly storage: ScheduledStorage; readonly done: Promise<void> }[] = [];
  readonly #seed: number;
  readonly #failures: unknown[] = [];
  lostSessions = 0;
  stoppedPrunes = 0;
  killed = 0;

  constructor(seed: number) {
    this.#seed = seed;
    this.#random = new SeededEntropy(seed);
    this.#schedule = new Schedule(this.#random);
    this.#disk = someBytes(seed, 120_000);
  }

  async live(): Promise<void> {
    const { vault } = await createSmallVault(this.#storage);
    for (let i = 0; i < 3; i++) await this.#backUp(vault);
    const { key } = await vault.addHost("hv02");
    await vault[Symbol.asyncDispose]();
    for (let i = 0; i < 2; i++) this.#start(async (vault) => await this.#backUpTwice(vault));
    this.#startHost(key);
    for (let i = 0; i < 2; i++) this.#start(async (vault) => await this.#prune(vault));
    this.#start(async (vault) => await this.#restore(vault));
    await this.#schedule.run();
    for (const { done } of this.#programs) await done;
    if (this.#failures.length > 0) throw this.#failures[0];
  }

  /** Everything that was promised and not removed is there, byte for byte; what is left over goes with the next prunes. */
  async assertNothingLost(): Promise<void> {
    await using vault = await openSmallVault(this.#storage, { seed: this.#seed });
    await this.#assertPromised(vault);
    for await (const { id } of vault.points()) {
      if (!this.#promised.has(id)) await vault.trash(id, { until: LONG_AGO }); // perhaps of a killed, ended session
    }
    await vault.prune({ staleAfterMs: -Number.MAX_SAFE_INTEGER });
    const last = await vault.prune({ staleAfterMs: -Number.MAX_SAFE_INTEGER });
    assert.deepEqual(
      [last.packsDropped, last.packsMoved, last.bytesDoomed, last.waitingFor],
      [0, 0, 0, []],
      "two prunes are enough when nobody else is there",
    );
    assert.ok(this.#storage.frames > 10, "frames were looked at");
    for await (const { name } of this.#storage.list("doomed/")) assert.fail(`${name} is left`);
    await using fresh = await openSmallVault(this.#storage, { seed: this.#seed + 1 });
    await this.#assertPromised(fresh);
    assert.deepEqual((await fresh.verify({ readDataPercent: 100 })).damaged, []);
  }

  async #assertPromised(vault: Vault): Promise<void> {
    for (const { point, bytes } of this.#promised.values()) {
      if (this.#removed.has(point.id)) continue;
      const [file] = (await vault.findPoint(point.id)).files;
      assert.equal(Buffer.compare(await bringBack(vault, file as StoredFile), bytes), 0, point.id);
    }
  }

  #start(work: (vault: Vault) => Promise<void>): void {
    this.#launch(async (options) => {
      await using vault = await openVault({ ...options, passphrase: TEST_PASSPHRASE });
      await work(vault);
    });
  }

  /** A writer that can read nothing. */
  #startHost(key: Secret): void {
    this.#launch(async (options) => {
      await using vault = await openWriteOnlyVault({ ...options, passphrase: key });
      await this.#backUpTwice(vault ?? assert.fail("the key is no host's"));
    });
  }

  #launch(work: (options: VaultOptions) => Promise<void>): void {
    const number = this.#programs.length + 1;
    const storage = this.#schedule.open(this.#storage);
    const years = this.#random.below(3) - 1;
    const lifetime = this.#random.below(4) === 0 ? this.#random.below(120) : Number.POSITIVE_INFINITY;
    const done = this.#run(storage, { work, lifetime, seed: 1000 * this.#seed + number, years });
    this.#programs.push({ storage, done });
  }

  async #run(
    storage: ScheduledStorage,
    program: {
      readonly work: (options: VaultOptions) => Promise<void>;
      readonly lifetime: number;
      readonly seed: number;
      readonly years: number;
    },
  ): Promise<void> {
    const clock = new FakeClock(`${2026 + program.years}-01-01T00:00:00Z`); // clocks differ
    const dies = setInterval(() => {
      if (this.#schedule.turns < program.lifetime) return;
      storage.kill();
    }, 1);
    try {
      const entropy = new SeededEntropy(program.seed);
      await program.work({ storage, clock, entropy, workers: 1, ...indexOfTests() });
    } catch (error) {
      this.#judge(error);
    } finally {
      clearInterval(dies);
      this.#schedule.end(storage);
    }
  }

  /** A program may be killed, and a session may be ended; nothing else may go wrong. */
  #judge(error: unknown): void {
    if (error instanceof SuppressedError) this.#judge(error.suppressed);
    else if (error instanceof AggregateError) for (const each of error.errors) this.#judge(each);
    else if (error instanceof ProgramKilledError) this.killed++;
    else if (error instanceof VaultSessionLostError) this.lostSessions++;
    else this.#failures.push(error);
  }

  #guestWrites(): Uint8Array {
    for (let i = 0; i < 4; i++) {
      const at = this.#random.below(this.#disk.length - 30_000);
      this.#disk.set(this.#random.bytes(1 + this.#random.below(30_000)), at);
    }
    return this.#disk.slice();
  }

  /** Sessions one after the other: the later ones open while something is doomed already. */
  async #backUpTwice(vault: Pick<Vault, "openSession">): Promise<void> {
    await this.#backUp(vault);
    await this.#backUp(vault);
  }

  async #backUp(vault: Pick<Vault, "openSession">): Promise<void> {
    const session = await vault.openSession();
    for (let i = 0; i < 2; i++) {
      const bytes = this.#guestWrites();
      const file = await storeBytes(session, "disk", bytes);
      const point = await session.commit(draftOf([file]));
      this.#promised.set(point.id, { point, bytes });
    }
    await session[Symbol.asyncDispose]();
  }

  async #prune(vault: Vault): Promise<void> {
    const points = await Array.fromAsync(vault.points());
    for (const { id } of points.slice(0, this.#random.below(3))) {
      this.#removed.add(id);
      await vault.trash(id, { until: LONG_AGO });
    }
    const staleAfterMs = this.#random.below(2) === 0 ? Number.MAX_SAFE_INTEGER : -Number.MAX_SAFE_INTEGER;
    for (let i = 0; i < 4; i++) {
      try {
        await vault.prune({ staleAfterMs, moveBelow: 0.9 });
      } catch (error) {
        // a restore point that was never promised is there for the moment in which its ended session finds out
        if (!(error instanceof VaultDamagedError) || !this.#isUnpromised(error)) throw error;
        this.stoppedPrunes++;
      }
    }
  }

  #isUnpromised({ what }: VaultDamagedError): boolean {
    const id = /restore point ([0-9a-f]{32})/.exec(what)?.[1];
    return id !== undefined && !this.#promised.has(id);
  }

  /** A restore point that is removed meanwhile may be gone; one that stays is read whole. */
  async #restore(vault: Vault): Promise<void> {
    for await (const { id } of vault.points()) {
      const promised = this.#promised.get(id);
      try {
        const [file] = (await vault.findPoint(id)).files;
        const bytes = await bringBack(vault, file as StoredFile);
        if (promised !== undefined) assert.equal(Buffer.compare(bytes, promised.bytes), 0);
      } catch (error) {
        if (error instanceof PointNotFoundError || this.#removed.has(id)) continue;
        throw error;
      }
    }
  }
}
