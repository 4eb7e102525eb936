import { type Guid, hexFromBytes, parseGuid } from "../../../base/index.ts";
import type { CustodyEntry } from "../../custody.ts";
import type { MachineInventory } from "../../inventory/machine-inventory.ts";
import type { HostAccess } from "../host-access.ts";
import { guidsIn, instantIn, textIn, textsIn } from "../journal-facts.ts";
import type { ShadowPaths } from "./run-diskshadow.ts";

/** The kind of journal entries of this capture. */
export const SHADOW_COPY = "shadow-copy";

/** What a journal entry says about shadow copies that were made, or were about to be. */
export interface ShadowFacts {
  readonly entry: string;
  readonly machine: Guid;
  readonly machineName: string;
  readonly run: string;
  readonly recorded: Temporal.Instant | null;
  readonly wasRunning: boolean;
  readonly paths: ShadowPaths;
  /** Roots of the volumes that were asked for; absent before that, when nothing can have been made. */
  readonly volumes?: readonly string[] | undefined;
  /** Shadow copies that stood before: they are somebody else's. */
  readonly before: readonly Guid[];
  /** Once they are known. */
  readonly set?: Guid | undefined;
  readonly shadows: readonly Guid[];
  /** True once diskshadow is known to have come through its script, `end backup` included. */
  readonly ended?: boolean | undefined;
  /** The checkpoint that the writer made for a set that nobody ended, once it is known. */
  readonly ofWriter?: Guid | undefined;
  /** Names of the shares through which they are read from another computer. */
  readonly shares: readonly string[];
}

/** An entry of the journal and what we know it says; both are changed together. */
export class ShadowCustody {
  readonly #access: HostAccess;
  #facts: ShadowFacts;

  private constructor(access: HostAccess, facts: ShadowFacts) {
    this.#access = access;
    this.#facts = facts;
  }

  /** Writes down what is about to be made; durable when it resolves. */
  static async record(access: HostAccess, machine: MachineInventory, run: string): Promise<ShadowCustody> {
    const paths = newPaths(access, run);
    const recorded = access.clock.now();
    const wasRunning = machine.power === "running";
    const machineName = machine.name;
    const entry = await access.journal.record({
      host: access.hostKey,
      machine: machine.id,
      kind: SHADOW_COPY,
      facts: { machineName, run, recorded: recorded.toString(), wasRunning, ...paths },
    });
    const facts = { entry, machine: machine.id, machineName, run, recorded, wasRunning, paths };
    return new ShadowCustody(access, { ...facts, before: [], shadows: [], shares: [] });
  }

  get facts(): ShadowFacts {
    return this.#facts;
  }

  async amend(
    facts: Partial<Pick<ShadowFacts, "volumes" | "before" | "set" | "shadows" | "ended" | "shares">>,
  ): Promise<void> {
    const { volumes, before, set, shadows, ended, shares } = facts;
    await this.#access.journal.amend(this.#facts.entry, {
      ...(volumes === undefined ? {} : { volumes }),
      ...(before === undefined ? {} : { before }),
      ...(set === undefined ? {} : { set }),
      ...(shadows === undefined ? {} : { shadows }),
      ...(ended === undefined ? {} : { ended }),
      ...(shares === undefined ? {} : { shares }),
    });
    this.#facts = { ...this.#facts, ...facts };
  }
}

/** Names that no other run uses: nothing on the host is ever overwritten. */
function newPaths(access: HostAccess, run: string): ShadowPaths {
  const name = `Stillpoint-${run.replaceAll(/[^\w-]/g, "_")}-${hexFromBytes(access.entropy.bytes(4))}`;
  const base = `${access.host.windowsFolder}\\Temp\\${name}`;
  return { script: `${base}.dsh`, log: `${base}.log`, metadata: `${base}.cab` };
}

/** Reads an entry that another process wrote; undefined when it is of another kind or names no machine or files. */
export function readShadowCustody(entry: CustodyEntry): ShadowFacts | undefined {
  const machine = parseGuid(entry.machine);
  const { facts } = entry;
  const [script, log, metadata] = ["script", "log", "metadata"].map((name) => textIn(facts[name]));
  if (entry.kind !== SHADOW_COPY || machine === undefined) return undefined;
  if (script === undefined || log === undefined || metadata === undefined) return undefined;
  return {
    entry: entry.id,
    machine,
    machineName: textIn(facts["machineName"]) ?? machine,
    run: textIn(facts["run"]) ?? "",
    recorded: instantIn(facts["recorded"]),
    wasRunning: facts["wasRunning"] === true,
    paths: { script, log, metadata },
    volumes: facts["volumes"] === undefined ? undefined : textsIn(facts["volumes"]),
    before: guidsIn(facts["before"]),
    set: parseGuid(textIn(facts["set"]) ?? ""),
    shadows: guidsIn(facts["shadows"]),
    ended: facts["ended"] === true,
    ofWriter: parseGuid(textIn(facts["ofWriter"]) ?? ""),
    shares: textsIn(facts["shares"]),
  };
}
