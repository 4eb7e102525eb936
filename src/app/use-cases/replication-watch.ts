import type { Guid, Notice } from "../../base/index.ts";
import type { HostMachine, MachineHost, ReplicationSight } from "../../hyperv/index.ts";
import { type QuietSlot, quietSlot } from "../../policy/index.ts";
import { JournalError, openReplicationRhythm, type ReplicationSeen } from "../../runs/index.ts";
import { stateFolder } from "../config/index.ts";
import type { UseCaseContext } from "./context.ts";
import { hostWithHold } from "./host-with-hold.ts";

/** What is known of when machines' replication is free: by machine, only for those that replicate. */
export interface KnownRhythm {
  readonly proposals: ReadonlyMap<Guid, QuietSlot>;
  /** What was seen could not be kept; nothing is proposed then. */
  readonly warnings: readonly Notice[];
}

/**
 * What a use case sees of the replication of a host's machines, kept in the state folder beside what others saw. Nothing
 * fails because of it.
 */
export class ReplicationWatch {
  readonly #host: MachineHost;
  readonly #context: UseCaseContext;
  readonly #machines: ReadonlyMap<Guid, ReplicationSight>;
  /** What was not written down yet. */
  #seen: ReplicationSeen[] = [];

  constructor(host: MachineHost, machines: readonly HostMachine[], context: UseCaseContext) {
    this.#host = host;
    this.#context = context;
    this.#machines = new Map(
      machines.flatMap(({ id, replication }) => (replication === undefined ? [] : [[id, replication]])),
    );
    for (const [id, sight] of this.#machines) this.#note(id, { ...sight, held: false });
  }

  /** The host, each of whose attempts to hold one of the machines is seen, but for those whose replication we suspend. */
  host(): MachineHost {
    return hostWithHold(this.#host, async (id, options) => {
      const looked = this.#machines.get(id);
      if (looked === undefined || options.suspendReplication === true) {
        return await this.#host.hold(id, options);
      }
      const onBlocked = (sight: ReplicationSight): void => this.#note(id, { ...sight, held: false });
      const held = await this.#host.hold(id, { ...options, onBlocked });
      this.#note(id, { state: looked.state, blocked: false, held: true });
      return held;
    });
  }

  /** Writes down what was seen until now, and gives what is known then. */
  async known(): Promise<KnownRhythm> {
    if (this.#machines.size === 0) return { proposals: new Map(), warnings: [] };
    const { clock } = this.#context.world;
    try {
      await using rhythm = await openReplicationRhythm(await stateFolder(this.#context.stateDir), { clock });
      await rhythm.note(this.#seen);
      this.#seen = [];
      const proposals = new Map<Guid, QuietSlot>();
      for (const id of this.#machines.keys()) {
        proposals.set(id, quietSlot(await rhythm.seenOf(this.#hostKey(), id)));
      }
      return { proposals, warnings: [] };
    } catch (error) {
      if (!(error instanceof JournalError)) throw error;
      const message = `what was seen of replication could not be kept: ${error.message}`;
      return { proposals: new Map(), warnings: [{ code: "rhythm-not-kept", message }] };
    }
  }

  #note(machine: Guid, sight: Pick<ReplicationSeen, "state" | "blocked" | "held">): void {
    const at = this.#context.world.clock.now();
    this.#seen.push({ host: this.#hostKey(), machine, at, ...sight });
  }

  #hostKey(): string {
    return this.#host.key ?? this.#host.facts.name;
  }
}
