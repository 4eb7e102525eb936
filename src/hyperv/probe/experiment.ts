import type { JsonValue } from "../../base/index.ts";
import type { HostAccess } from "../capture/host-access.ts";
import type { MachineInventory } from "../inventory/machine-inventory.ts";
import type { HarmlessSession } from "./harmless-session.ts";

/** What an experiment works with: a session that changes nothing, and what is known of the host already. */
export interface Probing {
  readonly session: HarmlessSession;
  readonly access: Pick<HostAccess, "host" | "clock" | "entropy">;
  readonly machines: readonly MachineInventory[];
  readonly signal?: AbortSignal | undefined;
}

export type Findings = Readonly<Record<string, JsonValue>>;

/** One question to a host that only asks; what it finds settles, or helps to settle, entries of docs/unconfirmed.md. */
export interface Experiment {
  /** Kebab-case. */
  readonly name: string;
  /** Ids of docs/unconfirmed.md; none where the answer only helps to read the others. */
  readonly entries: readonly string[];
  /** What is asked, for people. */
  readonly question: string;
  /** @throws {CimFault} where the host refuses: that is an answer too */
  run(probing: Probing): Promise<Findings>;
}
