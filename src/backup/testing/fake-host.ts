import { type Guid, guid, throwIfInterrupted } from "../../base/index.ts";
import type {
  CleanUpReport,
  Forecast,
  HeldMachine,
  HoldOptions,
  HostFacts,
  HostMachine,
  MachineHost,
  ReleaseReport,
} from "../../hyperv/index.ts";
import type { HostCommands } from "../../places/index.ts";
import type { MemoryHostFiles } from "./memory-host-files.ts";

/** What a fake host says of one machine; everything else has usual values. */
export interface FakeMachine {
  readonly name: string;
  readonly disks?: readonly string[];
  readonly files?: HeldMachine["files"];
  readonly tree?: HeldMachine["tree"];
  readonly forecast?: Partial<Forecast>;
  readonly held?: Partial<HeldMachine>;
}

const USUAL: Forecast = {
  possible: true,
  consistency: "application",
  method: "recovery-checkpoint",
  checkpointKind: "production",
  interruptsGuest: "no",
  memory: false,
  reason: "The guest can be asked to hold still",
  uncovered: [],
  warnings: [],
};

/** A host that holds and releases when told, writes down in `calls` what it did, and fails where a test says so. */
export class FakeHost implements MachineHost {
  readonly facts: HostFacts = {
    name: "HV01",
    caption: "Windows Server 2019",
    version: "10.0.17763",
    productType: 3,
  };
  readonly files: MemoryHostFiles;
  commands: HostCommands | undefined;
  readonly #machines: readonly FakeMachine[];
  readonly calls: string[] = [];
  onHold: (name: string, options: HoldOptions) => Promise<void> | void = () => undefined;
  onConfirm: (name: string) => Promise<void> | void = () => undefined;
  onRelease: (name: string) => Promise<Partial<ReleaseReport>> | Partial<ReleaseReport> = () => ({});

  constructor(files: MemoryHostFiles, machines: readonly FakeMachine[]) {
    this.files = files;
    this.#machines = machines;
  }

  async machines(): Promise<readonly HostMachine[]> {
    return this.#machines.map((machine, at) => ({
      id: machineId(at),
      name: machine.name,
      state: "running",
      generation: 2,
      disks: [],
      forecast: { ...USUAL, ...machine.forecast },
    }));
  }

  async hold(id: Guid, options: HoldOptions): Promise<HeldMachine> {
    const at = this.#machines.findIndex((_, index) => machineId(index) === id);
    const machine = this.#machines[at] as FakeMachine;
    throwIfInterrupted(options.signal);
    await this.onHold(machine.name, options);
    this.calls.push(`hold ${machine.name}`);
    return this.#held(machine, id);
  }

  async cleanUp(): Promise<CleanUpReport> {
    return { removed: [], leftBehind: [] };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // holds nothing
  }

  #held(machine: FakeMachine, id: Guid): HeldMachine {
    let isReleased = false;
    const release = async (): Promise<ReleaseReport> => {
      if (isReleased) return { leftBehind: [], warnings: [], interruptedSeconds: 0 };
      isReleased = true;
      const open = this.files.openNow.length === 0 ? "" : ` with ${this.files.openNow.join(", ")} open`;
      this.calls.push(`release ${machine.name}${open}`);
      return { leftBehind: [], warnings: [], interruptedSeconds: 0, ...(await this.onRelease(machine.name)) };
    };
    return {
      machine: { id, name: machine.name },
      asked: "application",
      reached: "application",
      method: "recovery-checkpoint",
      checkpointKind: "production",
      interruptedSeconds: 0,
      attempts: 1,
      heldAt: Temporal.Instant.from("2026-05-01T11:00:00Z"),
      memory: { kept: false, reason: "A production checkpoint has none" },
      forecast: USUAL,
      files: machine.files ?? [],
      disks: (machine.disks ?? []).map((viewLeaf, location) => ({
        controller: "scsi",
        number: 0,
        location,
        viewLeaf,
      })),
      tree: machine.tree ?? { checkpoints: [], current: null },
      uncovered: [],
      warnings: [],
      ...machine.held,
      confirmUnchanged: async () => {
        this.calls.push(`confirm ${machine.name}`);
        await this.onConfirm(machine.name);
      },
      release,
      [Symbol.asyncDispose]: async () => {
        await release();
      },
    };
  }
}

/** The id of the n-th machine of a fake host. */
export function machineId(at: number): Guid {
  return guid(`7b1f0d6e-3c50-4b0c-9c67-0f5e1d2a3b${(at + 1).toString(16).padStart(2, "0")}`);
}
