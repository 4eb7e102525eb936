import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, relative, sep } from "node:path";
import {
  type BackupOptions,
  backupMachines,
  openFolderHost,
  type RunOutcome,
} from "../../src/backup/index.ts";
import { type Clock, noEvents, Secret, systemEntropy } from "../../src/base/index.ts";
import { FakeClock, SeededEntropy } from "../../src/base/testing/index.ts";
import type { CimSession } from "../../src/cim/index.ts";
import { MemoryStore } from "../../src/disk/index.ts";
import { createVhdx, openVhdxForWriting } from "../../src/formats/vhdx/index.ts";
import { type MachineHost, openHypervHost } from "../../src/hyperv/index.ts";
import { folderFiles, type HostCommands, type HostFiles } from "../../src/places/index.ts";
import { restoreToFolder } from "../../src/restore/index.ts";
import { openJournal } from "../../src/runs/index.ts";
import { openSimulatedHost, type SimulatedHost } from "../../src/simulator/index.ts";
import { openLocalStorage, type Storage } from "../../src/storage/index.ts";
import { createVault, openVault, type Vault } from "../../src/vault/index.ts";

const PASSPHRASE = new Secret("correct horse battery staple");

/** What `host.json` says of a machine; everything else has usual values. */
export interface SceneMachine {
  readonly id: string;
  readonly name: string;
  readonly [field: string]: unknown;
}

/** A 2019 host's `host.json`. */
export function hostJson(
  machines: readonly SceneMachine[],
  more: Readonly<Record<string, unknown>> = {},
): string {
  const usual = {
    state: "running",
    generation: 2,
    configurationVersion: "9.0",
    memoryMegabytes: 16,
    guest: { os: "windows", vss: "ok" },
    checkpointType: "production",
    replication: { mode: "none", state: "disabled" },
    disks: [],
    checkpoints: [],
  };
  return JSON.stringify({
    name: "HV01",
    os: { caption: "Windows Server 2019", version: "10.0.17763", productType: 3 },
    machines: machines.map((machine) => ({ ...usual, ...machine })),
    ...more,
  });
}

/** A SCSI disk of `host.json`. */
export function scsiDisk(location: number, path: string): Readonly<Record<string, unknown>> {
  return { controller: "scsi", number: 0, location, path };
}

/** A dynamic VHDX of 8 MiB with 256 KiB of noise in it. */
export async function smallDisk(seed: number): Promise<Uint8Array> {
  const entropy = new SeededEntropy(seed);
  const store = new MemoryStore();
  await createVhdx(store, { kind: "dynamic", virtualSizeBytes: 8 << 20, entropy });
  await using disk = await openVhdxForWriting(store, { entropy });
  await disk.write(entropy.bytes(256 * 1024), 1 << 20);
  await disk.flush();
  return store.toBytes();
}

export interface SceneOptions {
  /** A scene that was opened before; left in place when this one is disposed. A new temporary one by default. */
  readonly folder?: string;
  /** What lies between vault and disk. */
  readonly storage?: (storage: Storage) => Storage;
  readonly start?: string;
}

/** A vault in a folder, with what a run needs besides; time moves only by waiting. */
export class BackupScene implements AsyncDisposable {
  readonly folder: string;
  readonly clock: FakeClock;
  readonly vault: Vault;
  readonly #stack: AsyncDisposableStack;

  private constructor(
    folder: string,
    parts: { vault: Vault; clock: FakeClock; stack: AsyncDisposableStack },
  ) {
    this.folder = folder;
    this.vault = parts.vault;
    this.clock = parts.clock;
    this.#stack = parts.stack;
  }

  static async open(options: SceneOptions = {}): Promise<BackupScene> {
    await using stack = new AsyncDisposableStack();
    const folder = options.folder ?? (await mkdtemp(join(tmpdir(), "stillpoint-scene-")));
    if (options.folder === undefined) {
      stack.defer(async () => {
        await rm(folder, { recursive: true });
      });
    }
    const local = stack.use(await openLocalStorage(join(folder, "vault"), { create: true }));
    const storage = options.storage?.(local) ?? local;
    const clock = new FakeClock(options.start ?? "2026-05-01T12:00:00Z");
    const access = { storage, clock, entropy: systemEntropy, workers: 1, passphrase: PASSPHRASE };
    const kdf = { memoryKiB: 1024, passes: 1, lanes: 1 };
    const vault =
      options.folder === undefined ? (await createVault({ ...access, kdf })).vault : await openVault(access);
    stack.use(vault);
    return new BackupScene(folder, { vault, clock, stack: stack.move() });
  }

  /** Writes a file below the scene's folder. */
  async write(path: string, bytes: Uint8Array | string): Promise<void> {
    await mkdir(dirname(join(this.folder, path)), { recursive: true });
    await writeFile(join(this.folder, path), bytes);
  }

  /** Opens the simulated host in `host`, whose files were written before. Closed with the scene. */
  async simulated(
    wrap: (session: CimSession) => CimSession = (session) => session,
    ports: {
      readonly files?: (files: HostFiles) => HostFiles;
      readonly commands?: (commands: HostCommands) => HostCommands;
      /** The simulated host's own. */
      readonly clock?: (clock: Clock) => Clock;
    } = {},
  ): Promise<{ readonly host: MachineHost; readonly simulated: SimulatedHost }> {
    const { clock } = this;
    const hostClock = ports.clock?.(clock) ?? clock;
    const simulated = this.#stack.use(
      await openSimulatedHost(join(this.folder, "host"), { clock: hostClock, entropy: systemEntropy }),
    );
    const [files, commands] = [simulated.files(), simulated.commands()];
    const journal = this.#stack.use(await openJournal(join(this.folder, "state"), { clock }));
    const host = this.#stack.use(
      await openHypervHost({
        session: wrap(simulated.session()),
        files: ports.files?.(files) ?? files,
        commands: ports.commands?.(commands) ?? commands,
        clock,
        entropy: systemEntropy,
        journal,
        hostKey: "sim",
      }),
    );
    return { host, simulated };
  }

  /** Opens a folder below the scene's as a host. */
  async folderHost(
    path: string,
    wrap: (files: HostFiles) => HostFiles = (files) => files,
  ): Promise<MachineHost> {
    const root = join(this.folder, path);
    return this.#stack.use(await openFolderHost({ root, files: wrap(folderFiles(root)), clock: this.clock }));
  }

  async backup(host: MachineHost, options: Partial<BackupOptions> = {}): Promise<RunOutcome> {
    return await backupMachines({
      host,
      vault: this.vault,
      machines: options.machines ?? (await host.machines()),
      clock: this.clock,
      events: noEvents,
      patience: { attempts: 2, firstDelayMs: 1000, longestDelayMs: 1000 },
      run: "run-1",
      ...options,
    });
  }

  /** Restores a point, by any selector, byte for byte, and gives the hashes of what came back. */
  async restoreExact(selector: string): Promise<ReadonlyMap<string, string>> {
    const path = `restored/${selector.replace(":", "-")}`;
    await restoreToFolder({
      vault: this.vault,
      point: await this.vault.findPoint(selector),
      target: folderFiles(join(this.folder, path)),
      layout: "exact",
      naming: "posix",
      entropy: systemEntropy,
      events: noEvents,
      run: "restore",
    });
    return await this.hashes(path);
  }

  /** SHA-256 of every file below a folder, by path with slashes. */
  async hashes(path: string): Promise<ReadonlyMap<string, string>> {
    const root = join(this.folder, path);
    const entries = await readdir(root, { recursive: true, withFileTypes: true });
    const files = entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
    const hashed = files.sort().map(async (file): Promise<[string, string]> => {
      const sha256 = createHash("sha256")
        .update(await readFile(file))
        .digest("hex");
      return [relative(root, file).split(sep).join("/"), sha256];
    });
    return new Map(await Promise.all(hashed));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
  }
}
