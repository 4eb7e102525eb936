import { type Guid, type JsonValue, parseGuid } from "../../base/index.ts";
import type { CustodyEntry } from "../custody.ts";
import type { DiskPlace } from "../held-machine.ts";
import { byPlace } from "../inventory/attached-disks.ts";
import type { CheckpointInventory, MachineInventory } from "../inventory/machine-inventory.ts";
import type { HostAccess } from "./host-access.ts";
import { guidsIn, instantIn, listIn, textIn, textsIn } from "./journal-facts.ts";

/** The kind of journal entries of this capture. */
export const RECOVERY_CHECKPOINT = "recovery-checkpoint";
/** The kind of entries about checkpoints that hold a running machine's memory. */
export const MEMORY_CHECKPOINT = "memory-checkpoint";

/** A disk's leaf at a place, as the journal keeps it. */
export interface DiskLeaf extends DiskPlace {
  readonly path: string;
}

/** What a journal entry says about a recovery checkpoint that was made, or was about to be. */
export interface RecoveryCustody {
  readonly entry: string;
  readonly machine: Guid;
  readonly machineName: string;
  readonly run: string;
  /** It is a user checkpoint that holds the machine's memory, no backup checkpoint. */
  readonly forMemory?: true | undefined;
  /** When it was recorded, by the clock of the program. */
  readonly recorded: Temporal.Instant | null;
  /** Checkpoints of its kind that stood before: they are somebody else's. */
  readonly before: readonly Guid[];
  /** User checkpoints before: while they are the same, the disks must come back to their leaves. */
  readonly tree: readonly Guid[];
  /** The live leaves before. */
  readonly leaves: readonly DiskLeaf[];
  /** The host job that makes the checkpoint, once it is known; empty while a new one is asked for. */
  readonly job?: string | undefined;
  /** Once it is known. */
  readonly checkpoint?: Guid | undefined;
  /** The differencing disks that the checkpoint put on top, once they are known. */
  readonly standing?: readonly string[] | undefined;
}

/** An entry of the journal and what we know it says; both are changed together. */
export class CustodyKeeper {
  readonly #access: HostAccess;
  #facts: RecoveryCustody;

  private constructor(access: HostAccess, facts: RecoveryCustody) {
    this.#access = access;
    this.#facts = facts;
  }

  /** Writes down what is about to be made; durable when it resolves. */
  static async record(
    access: HostAccess,
    machine: MachineInventory,
    options: { readonly run: string; readonly forMemory?: true | undefined },
  ): Promise<CustodyKeeper> {
    const { run, forMemory } = options;
    const recorded = access.clock.now();
    const before = checkpointsOfKind(machine, { forMemory }).map((checkpoint) => checkpoint.id);
    const tree = machine.checkpoints.map((checkpoint) => checkpoint.id);
    const leaves = leavesOf(machine);
    const machineName = machine.name;
    const entry = await access.journal.record({
      host: access.hostKey,
      machine: machine.id,
      kind: forMemory === true ? MEMORY_CHECKPOINT : RECOVERY_CHECKPOINT,
      facts: {
        machineName,
        run,
        recorded: recorded.toString(),
        before,
        tree,
        leaves: leaves.map((leaf) => ({ ...leaf })),
      },
    });
    const facts = { entry, machine: machine.id, machineName, run, forMemory, recorded, before, tree, leaves };
    return new CustodyKeeper(access, facts);
  }

  get facts(): RecoveryCustody {
    return this.#facts;
  }

  async amend(facts: Pick<RecoveryCustody, "job" | "checkpoint" | "standing">): Promise<void> {
    const { job, checkpoint, standing } = facts;
    await this.#access.journal.amend(this.#facts.entry, {
      ...(job === undefined ? {} : { job }),
      ...(checkpoint === undefined ? {} : { checkpoint }),
      ...(standing === undefined ? {} : { standing }),
    });
    this.#facts = { ...this.#facts, ...facts };
  }

  /** Nothing was made, or it is gone. */
  async strike(): Promise<void> {
    await this.#access.journal.strike(this.#facts.entry);
  }
}

/** The checkpoints among which the one of an entry is. */
export function checkpointsOfKind(
  machine: Pick<MachineInventory, "checkpoints" | "recoveryCheckpoints">,
  custody: Pick<RecoveryCustody, "forMemory">,
): readonly CheckpointInventory[] {
  return custody.forMemory === true ? machine.checkpoints : machine.recoveryCheckpoints;
}

/** What the checkpoint of an entry is called in sentences. */
export function kindWords(custody: Pick<RecoveryCustody, "forMemory">): string {
  return custody.forMemory === true ? "memory checkpoint" : "backup checkpoint";
}

/** The leaves of all attached files. */
export function leavesOf(machine: Pick<MachineInventory, "disks">): readonly DiskLeaf[] {
  return machine.disks
    .flatMap(({ controller, number, location, path }) =>
      path === undefined ? [] : [{ controller, number, location, path }],
    )
    .sort(byPlace);
}

/** Reads an entry that another process wrote; undefined when it is of another kind or names no machine. */
export function readCustody(entry: CustodyEntry): RecoveryCustody | undefined {
  const machine = parseGuid(entry.machine);
  const isOfKind = entry.kind === RECOVERY_CHECKPOINT || entry.kind === MEMORY_CHECKPOINT;
  if (!isOfKind || machine === undefined) return undefined;
  const { facts } = entry;
  return {
    entry: entry.id,
    machine,
    ...(entry.kind === MEMORY_CHECKPOINT ? { forMemory: true } : {}),
    machineName: textIn(facts["machineName"]) ?? machine,
    run: textIn(facts["run"]) ?? "",
    recorded: instantIn(facts["recorded"]),
    before: guidsIn(facts["before"]),
    tree: guidsIn(facts["tree"]),
    leaves: listIn(facts["leaves"]).flatMap(leafIn),
    job: textIn(facts["job"]),
    checkpoint: parseGuid(textIn(facts["checkpoint"]) ?? ""),
    standing: facts["standing"] === undefined ? undefined : textsIn(facts["standing"]),
  };
}

function leafIn(value: JsonValue): DiskLeaf[] {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return [];
  const { controller, number, location, path } = value as Readonly<Record<string, JsonValue>>;
  const isPlace = (controller === "ide" || controller === "scsi") && typeof number === "number";
  if (!isPlace || typeof location !== "number" || typeof path !== "string") return [];
  return [{ controller, number, location, path }];
}
