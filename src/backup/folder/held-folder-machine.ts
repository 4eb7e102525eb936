import type { Consistency, Notice } from "../../base/index.ts";
import {
  type HeldDisk,
  type HeldFile,
  type HeldMachine,
  type HeldTree,
  MachineChangedError,
  type ReleaseReport,
  type WaitOptions,
} from "../../hyperv/index.ts";
import type { FolderConfiguration } from "./folder-configuration.ts";
import { FOLDER_FORECAST } from "./folder-forecast.ts";
import type { FolderMachine } from "./scan-folder.ts";

export interface HeldFolderParts {
  readonly machine: FolderMachine;
  readonly configuration: FolderConfiguration;
  readonly heldAt: Temporal.Instant;
  /** Lists the machine's files again; undefined when the machine is gone. */
  lookAgain(options?: WaitOptions): Promise<FolderMachine | undefined>;
}

/** Nothing holds the files of a folder: what was read counts only if they stayed as they were. */
export class HeldFolderMachine implements HeldMachine {
  readonly machine: HeldMachine["machine"];
  readonly asked: Consistency = "crash";
  readonly reached: Consistency = "crash";
  readonly method = "files";
  readonly checkpointKind = "none";
  readonly interruptedSeconds = 0;
  readonly attempts = 1;
  readonly heldAt: Temporal.Instant;
  readonly memory = {
    kept: false,
    reason: "the files of a folder are copied as they are, no machine is asked",
  };
  readonly forecast = FOLDER_FORECAST;
  readonly files: readonly HeldFile[];
  readonly disks: readonly HeldDisk[];
  readonly tree: HeldTree;
  readonly uncovered: HeldMachine["uncovered"];
  readonly warnings: readonly Notice[];
  readonly #parts: HeldFolderParts;

  constructor(parts: HeldFolderParts) {
    const { machine, configuration } = parts;
    this.#parts = parts;
    this.machine = { id: machine.id, name: machine.name };
    this.heldAt = parts.heldAt;
    this.files = configuration.files;
    this.disks = configuration.disks;
    this.tree = configuration.tree;
    this.uncovered = [...machine.uncovered, ...configuration.uncovered];
    this.warnings = configuration.warnings;
  }

  async confirmUnchanged(options?: WaitOptions): Promise<void> {
    const before = this.#parts.machine.files;
    const after = (await this.#parts.lookAgain(options))?.files ?? [];
    const changed =
      after.find((path) => !before.includes(path)) ?? before.find((path) => !after.includes(path));
    if (changed === undefined) return;
    throw new MachineChangedError(
      `Cannot keep what was read of "${this.machine.name}": "${changed}" came or went meanwhile`,
      { machine: this.machine },
    );
  }

  async release(): Promise<ReleaseReport> {
    return { leftBehind: [], warnings: [], interruptedSeconds: 0 };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // nothing was held
  }
}
