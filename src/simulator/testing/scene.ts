import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { MIB } from "../../base/index.ts";
import { FakeClock, SeededEntropy } from "../../base/testing/index.ts";
import type { CimInstance, CimMethodResult, CimReference, CimSession } from "../../cim/index.ts";
import { createVhdx, openVhdxForWriting } from "../../formats/vhdx/index.ts";
import { seededBytes } from "../acts/seeded-bytes.ts";
import { DriveFile } from "../drives/drive-file.ts";
import { openSimulatedHost, type SimulatedHost } from "../simulated-host.ts";

export const SCENE_MACHINE = "7B1F0D6E-3C50-4B0C-9C67-0F5E1D2A3B01";
const V2 = "root\\virtualization\\v2";

export interface SceneOptions {
  /** Fields of the host beside its machines; `os` defaults to Windows Server 2019. */
  readonly host?: Readonly<Record<string, unknown>>;
  /** Fields of the one machine, laid over a running Windows machine with one disk `D:\M\m.vhdx`. */
  readonly machine?: Readonly<Record<string, unknown>>;
  /** Further machines, complete. */
  readonly others?: readonly Readonly<Record<string, unknown>>[];
  readonly seed?: number;
}

/**
 * A small simulated host in a temporary folder, with a fake clock: one machine, one dynamic disk of 16 MiB with 1 MiB of
 * noise at 0 and at 8 MiB. Disposing of it removes the folder.
 */
export class Scene implements AsyncDisposable {
  readonly folder: string;
  readonly clock: FakeClock;
  readonly entropy: SeededEntropy;
  readonly host: SimulatedHost;
  readonly session: CimSession;

  private constructor(folder: string, parts: Pick<Scene, "clock" | "entropy" | "host">) {
    this.folder = folder;
    this.clock = parts.clock;
    this.entropy = parts.entropy;
    this.host = parts.host;
    this.session = parts.host.session();
  }

  static async open(options: SceneOptions = {}): Promise<Scene> {
    const folder = await mkdtemp(join(tmpdir(), "stillpoint-scene-"));
    const entropy = new SeededEntropy(options.seed ?? 1);
    await makeSmallDisk(join(folder, "drives/D/M/m.vhdx"), entropy);
    await writeFile(join(folder, "host.json"), JSON.stringify(sceneHost(options)));
    const clock = new FakeClock();
    const host = await openSimulatedHost(folder, { clock, entropy });
    return new Scene(folder, { clock, entropy, host });
  }

  /** The native path of a Windows path on drive D or C. */
  native(path: string): string {
    return join(this.folder, "drives", path.slice(0, 1), ...path.slice(3).split("\\"));
  }

  /** Edits `host.json` as a person does, behind the host's back. */
  async edit(change: (host: Record<string, unknown>) => void): Promise<void> {
    const path = join(this.folder, "host.json");
    const raw = JSON.parse(await readFile(path, "utf8")) as Record<string, unknown>;
    change(raw);
    await writeFile(path, JSON.stringify(raw));
  }

  async all(className: string, namespace = V2): Promise<CimInstance[]> {
    return await Array.fromAsync(this.session.query(namespace, `SELECT * FROM ${className}`));
  }

  async invoke(
    className: string,
    method: string,
    args: Parameters<CimSession["invoke"]>[2]["arguments"],
  ): Promise<CimMethodResult> {
    const [service] = await this.all(className);
    return await this.session.invoke(reference(service), method, { arguments: args });
  }

  /** Asks for a recovery checkpoint; 1 is application, 2 is crash. */
  async createRecovery(level: 1 | 2 = 1): Promise<CimMethodResult> {
    return await this.invoke("Msvm_VirtualSystemSnapshotService", "CreateSnapshot", {
      AffectedSystem: machineAt(SCENE_MACHINE),
      SnapshotType: 32768,
      SnapshotSettings: {
        kind: "instance",
        className: "Msvm_VirtualSystemSnapshotSettingData",
        properties: { ConsistencyLevel: level, IgnoreNonSnapshottableDisks: true },
      },
    });
  }

  /** Lets the job's time pass, and gives it as it is then. */
  async ended(result: CimMethodResult): Promise<CimInstance | undefined> {
    this.clock.advance(50);
    return await this.session.get(result.out["Job"] as CimReference);
  }

  /** Makes a recovery checkpoint to the end; the result names its settings. */
  async hold(level: 1 | 2 = 1): Promise<CimReference> {
    const result = await this.createRecovery(level);
    await this.ended(result);
    const made = await Array.fromAsync(
      this.session.associators(result.out["Job"] as CimReference, {
        associationClass: "Msvm_AffectedJobElement",
      }),
    );
    return reference(made[0]);
  }

  /** Removes the checkpoint and lets the merge end. */
  async release(checkpoint: CimReference): Promise<void> {
    const result = await this.invoke("Msvm_VirtualSystemSnapshotService", "DestroySnapshot", {
      AffectedSnapshot: checkpoint,
    });
    await this.ended(result);
    await this.ended(result);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.session[Symbol.asyncDispose]();
    await this.host[Symbol.asyncDispose]();
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** A dynamic VHDX of 16 MiB with blocks of 1 MiB and 2 MiB of noise. */
export async function makeSmallDisk(native: string, entropy: SeededEntropy): Promise<void> {
  await mkdir(dirname(native), { recursive: true });
  {
    await using store = await DriveFile.create(native, native);
    await createVhdx(store, {
      kind: "dynamic",
      virtualSizeBytes: 16 * MIB,
      blockSizeBytes: MIB,
      entropy,
    });
  }
  await using writer = await openVhdxForWriting(await DriveFile.open(native, native), { entropy });
  await writer.write(seededBytes(11, MIB), 0);
  await writer.write(seededBytes(12, MIB), 8 * MIB);
}

export function machineAt(id: string): CimReference {
  return {
    kind: "reference",
    namespace: V2,
    className: "Msvm_ComputerSystem",
    keys: { CreationClassName: "Msvm_ComputerSystem", Name: id },
  };
}

function reference(instance: CimInstance | undefined): CimReference {
  if (instance?.reference === undefined) throw new TypeError("The host gave nothing to refer to");
  return instance.reference;
}

function sceneHost(options: SceneOptions): Record<string, unknown> {
  return {
    name: "HV01",
    os: { caption: "Windows Server 2019", version: "10.0.17763", productType: 3 },
    ...options.host,
    machines: [
      {
        id: SCENE_MACHINE,
        name: "web01",
        state: "running",
        generation: 2,
        configurationVersion: "9.0",
        memoryMegabytes: 2,
        guest: { os: "windows", vss: "ok" },
        checkpointType: "production",
        replication: { mode: "none", state: "disabled" },
        disks: [{ controller: "scsi", number: 0, location: 0, path: "D:\\M\\m.vhdx" }],
        checkpoints: [],
        ...options.machine,
      },
      ...(options.others ?? []),
    ],
  };
}
