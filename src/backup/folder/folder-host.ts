import type { Clock, Guid } from "../../base/index.ts";
import {
  type CleanUpReport,
  type HeldMachine,
  type HoldOptions,
  type HostFacts,
  type HostMachine,
  type MachineHost,
  MachineNotFoundError,
  type WaitOptions,
} from "../../hyperv/index.ts";
import type { HostFiles } from "../../places/index.ts";
import { readFolderConfiguration } from "./folder-configuration.ts";
import { FOLDER_FORECAST } from "./folder-forecast.ts";
import { HeldFolderMachine } from "./held-folder-machine.ts";
import { type FolderMachine, scanFolder } from "./scan-folder.ts";

export interface FolderHostOptions {
  /** How people name the folder; restore points carry it as their host. */
  readonly root: string;
  /** The folder's files, by paths relative to it. */
  readonly files: HostFiles;
  readonly clock: Clock;
  readonly signal?: AbortSignal | undefined;
}

/** A folder of exported machines or loose disks, taken as a host on which nothing runs. */
class FolderHost implements MachineHost {
  readonly facts: HostFacts;
  readonly files: HostFiles;
  readonly #clock: Clock;

  constructor(options: FolderHostOptions) {
    this.facts = { name: options.root, caption: "", version: "", productType: 3 };
    this.files = options.files;
    this.#clock = options.clock;
  }

  async machines(options: WaitOptions = {}): Promise<readonly HostMachine[]> {
    const machines: HostMachine[] = [];
    for (const machine of await this.#scan(options)) {
      const { disks, generation } = await readFolderConfiguration(machine, { files: this.files, ...options });
      machines.push({
        id: machine.id,
        name: machine.name,
        state: "off",
        generation,
        disks: disks.map(({ viewLeaf, ...place }) => ({ ...place, path: viewLeaf })),
        forecast: FOLDER_FORECAST,
      });
    }
    return machines;
  }

  async hold(machineId: Guid, options: HoldOptions): Promise<HeldMachine> {
    const { signal } = options;
    const machine = await this.#find(machineId, { signal });
    if (machine === undefined) {
      throw new MachineNotFoundError(
        `Cannot find the machine "${machineId}" in "${this.facts.name}": its files are gone`,
        { id: machineId },
      );
    }
    const heldAt = this.#clock.now();
    const configuration = await readFolderConfiguration(machine, { files: this.files, signal });
    return new HeldFolderMachine({
      machine,
      configuration,
      heldAt,
      lookAgain: async (again) => await this.#find(machineId, again),
    });
  }

  async cleanUp(): Promise<CleanUpReport> {
    return { removed: [], leftBehind: [] };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // nothing is held
  }

  async #find(id: Guid, options: WaitOptions = {}): Promise<FolderMachine | undefined> {
    return (await this.#scan(options)).find((machine) => machine.id === id);
  }

  async #scan(options: WaitOptions): Promise<readonly FolderMachine[]> {
    return await scanFolder(this.files, { root: this.facts.name, signal: options.signal });
  }
}

/**
 * Opens a folder as a host (`folder:DIR`): each subfolder with virtual disks is a machine, and each chain of loose disks.
 * Nothing is ever written to it.
 *
 * @throws {FolderMissingError}
 */
export async function openFolderHost(options: FolderHostOptions): Promise<MachineHost> {
  const host = new FolderHost(options);
  await scanFolder(options.files, { root: options.root, signal: options.signal });
  return host;
}
