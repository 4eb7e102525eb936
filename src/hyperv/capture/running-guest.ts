import { type Guid, type Notice, parseGuid, StillpointError } from "../../base/index.ts";
import { CimAnswerError, type CimReference, optionalNumberOf } from "../../cim/index.ts";
import { METHOD, RUN_MACHINE } from "../cim-names.ts";
import type { CustodyEntry } from "../custody.ts";
import type { MachineInventory } from "../inventory/machine-inventory.ts";
import { readState } from "../inventory/machine-state.ts";
import type { MachineState } from "../machine-host.ts";
import type { GuestWatch } from "./guest-watch.ts";
import { type HostAccess, readMachineTree } from "./host-access.ts";
import { callHost } from "./host-job.ts";
import { textIn } from "./journal-facts.ts";
import { pauses } from "./pauses.ts";
import { wentWith } from "./put-back.ts";

/** The kind of journal entries about guests that must run again. */
export const PAUSED_GUEST = "paused-guest";

/** The writer resumes what it paused by itself; only after this it is done by us. */
const GRACE_MS = 5_000;
const RESUMING_LIMIT_MS = 10 * 60_000;
const CALL_LIMIT_MS = 5 * 60_000;

export interface GuestEntry {
  readonly entry: string;
  readonly machine: Guid;
  readonly machineName: string;
}

/**
 * How it ended. `left`: it does not run, and the journal keeps it. `gone`: the host has no such machine any more, and nobody
 * can look.
 */
export type GuestOutcome =
  | { readonly kind: "runs"; readonly resumedFrom?: MachineState | undefined }
  | { readonly kind: "left" | "gone"; readonly sentence: string };

/** Writes down that a machine runs and must run again, before something is done that may pause or save it. */
export async function recordRunningGuest(
  access: HostAccess,
  machine: MachineInventory,
  run: string,
): Promise<GuestEntry> {
  const entry = await access.journal.record({
    host: access.hostKey,
    machine: machine.id,
    kind: PAUSED_GUEST,
    facts: { machineName: machine.name, run, recorded: access.clock.now().toString() },
  });
  return { entry, machine: machine.id, machineName: machine.name };
}

/** Reads an entry that another process wrote; undefined when it is of another kind. */
export function readGuestEntry(entry: CustodyEntry): GuestEntry | undefined {
  const machine = parseGuid(entry.machine);
  if (entry.kind !== PAUSED_GUEST || machine === undefined) return undefined;
  return { entry: entry.id, machine, machineName: textIn(entry.facts["machineName"]) ?? machine };
}

/**
 * Sees to it that the guest runs again: waits for the host, then asks it to resume, until it runs or the time is over. A
 * machine that is off was switched off by somebody and counts as done; one that is gone is told. Not interruptible. Strikes
 * the entry unless the guest stands still, here or on another node. Refusals of the host are outcomes, never thrown.
 */
export async function keepRunning(
  access: HostAccess,
  guest: GuestEntry,
  watch?: GuestWatch,
): Promise<GuestOutcome> {
  let outcome: GuestOutcome;
  try {
    outcome = await untilItRuns(access, guest, watch);
  } catch (error) {
    if (!(error instanceof StillpointError)) throw error;
    outcome = { kind: "left", sentence: `whether it runs again is not known: ${error.message}` };
  }
  if (outcome.kind === "runs") await access.journal.strike(guest.entry);
  return outcome;
}

/** What is told of it; nothing where the host did all by itself. */
export function guestNotices(outcome: GuestOutcome | undefined): readonly Notice[] {
  if (outcome === undefined) return [];
  if (outcome.kind !== "runs") return [{ code: "guest-not-resumed", message: outcome.sentence }];
  const { resumedFrom } = outcome;
  if (resumedFrom === undefined) return [];
  const message = `the host left the machine ${resumedFrom} after the shadow copy; it was told to go on`;
  return [{ code: "guest-resumed", message }];
}

async function untilItRuns(
  access: HostAccess,
  guest: GuestEntry,
  watch: GuestWatch | undefined,
): Promise<GuestOutcome> {
  const machine = await readMachineTree(access, guest.machine);
  if (machine === undefined) return await goneGuest(access, guest);
  if (machine.reference === undefined) {
    throw new CimAnswerError(`Cannot see "${machine.name}" run again: the host did not name its instance`);
  }
  return (await urged(access, machine.reference, watch)) ?? (await goneGuest(access, guest));
}

async function goneGuest(access: HostAccess, guest: GuestEntry): Promise<GuestOutcome> {
  const state = "it may be saved or paused, and ran before the backup";
  const { kept, sentence } = await wentWith(access, { ...guest, state });
  return { kind: kept ? "left" : "gone", sentence };
}

/** Looks at it until it runs, and asks the host to resume it where that takes long; undefined when it is there no more. */
async function urged(
  access: HostAccess,
  reference: CimReference,
  watch: GuestWatch | undefined,
): Promise<GuestOutcome | undefined> {
  const { clock } = access;
  const start = clock.monotonicMs();
  let resumedFrom: MachineState | undefined;
  let refusal = "";
  for (const pause of pauses()) {
    await watch?.look();
    const power = await powerOf(access, reference);
    if (power === undefined) return undefined;
    if (power === "running" || power === "off") return { kind: "runs", resumedFrom };
    const waited = clock.monotonicMs() - start;
    if (waited >= RESUMING_LIMIT_MS) {
      const why = refusal === "" ? "" : `; the host refuses to resume it: ${refusal}`;
      return { kind: "left", sentence: `it ran before the backup and now is ${power}${why}` };
    }
    if ((power === "saved" || power === "paused") && waited >= GRACE_MS) {
      resumedFrom ??= power;
      refusal = (await resume(access, reference)) ?? "";
    }
    await clock.sleep(pause);
  }
  return { kind: "runs", resumedFrom };
}

async function powerOf(access: HostAccess, reference: CimReference): Promise<MachineState | undefined> {
  const row = await access.session.get(reference);
  if (row === undefined) return undefined;
  const enabledState = optionalNumberOf(row, "EnabledState");
  return readState({ enabledState, operationalStatus: [], healthState: undefined }).power;
}

/** The host's sentence when it refuses. */
async function resume(access: HostAccess, reference: CimReference): Promise<string | undefined> {
  const outcome = await callHost(access, {
    target: reference,
    method: METHOD.requestStateChange,
    arguments: { RequestedState: RUN_MACHINE, TimeoutPeriod: null },
    limitMs: CALL_LIMIT_MS,
  });
  return outcome.kind === "failed" ? `${outcome.sentence} (${outcome.code})` : undefined;
}
