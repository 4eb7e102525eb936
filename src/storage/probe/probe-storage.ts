import { type Clock, type Entropy, throwIfInterrupted } from "../../base/index.ts";
import {
  StorageObjectExistsError,
  StorageObjectMissingError,
  StorageObjectTruncatedError,
  StorageUnsuitableError,
} from "../errors.ts";
import type { StorageCallOptions } from "../storage.ts";
import { measureStorage, type StorageFigures } from "./measure-storage.ts";
import { type CheckPlace, PROBE_CHECKS, type ProbeCheck } from "./probe-checks.ts";
import type { PlaceFacts, ProbeScratch } from "./probe-scratch.ts";

export interface ProbeOptions extends StorageCallOptions {
  readonly clock: Clock;
  readonly entropy: Entropy;
}

/** What one check found. */
export interface ProbeFinding {
  readonly name: string;
  readonly needed: boolean;
  readonly about: string;
  /** What is wrong; undefined when nothing is. */
  readonly fault: string | undefined;
}

export interface ProbeReport {
  readonly location: string;
  readonly findings: readonly ProbeFinding[];
  readonly facts: PlaceFacts;
  readonly figures: StorageFigures;
  /** Whether a vault can live there. */
  readonly suitable: boolean;
  /** Objects of the probe that could not be removed. */
  readonly leftBehind: number;
}

/**
 * Holds a place against all that a vault asks of it, measures it, and removes what it wrote there. Takes over the scratch.
 * @throws {StorageError} when the store cannot be used at all
 */
export async function probeStorage(scratch: ProbeScratch, options: ProbeOptions): Promise<ProbeReport> {
  await using used = scratch;
  const place = { one: used.one, other: used.other, entropy: options.entropy, signal: options.signal };
  const findings = await findingsOf(PROBE_CHECKS, place);
  const facts = await used.facts(options.signal);
  const figures = await measureStorage(place, options.clock);
  const leftBehind = await used.remove();
  const suitable = findings.every(({ needed, fault }) => !needed || fault === undefined);
  return { location: used.location, findings, facts, figures, suitable, leftBehind };
}

/** The short form, before a vault is made: seconds at most. Takes over the scratch. @throws {StorageUnsuitableError} */
export async function requireSuitable(
  scratch: ProbeScratch,
  options: Omit<ProbeOptions, "clock">,
): Promise<void> {
  await using used = scratch;
  const place = { one: used.one, other: used.other, entropy: options.entropy, signal: options.signal };
  const checks = PROBE_CHECKS.filter(({ inShort }) => inShort);
  const faults = (await findingsOf(checks, place)).filter(
    ({ needed, fault }) => needed && fault !== undefined,
  );
  await used.remove();
  const [first] = faults;
  if (first === undefined) return;
  throw new StorageUnsuitableError(
    `Cannot keep a vault at "${used.location}": ${first.fault} (${first.name})`,
    { failed: faults.map(({ name }) => name) },
  );
}

async function findingsOf(checks: typeof PROBE_CHECKS, place: CheckPlace): Promise<ProbeFinding[]> {
  const findings: ProbeFinding[] = [];
  for (const check of checks) {
    throwIfInterrupted(place.signal);
    const { name, needed, about } = check;
    findings.push({ name, needed, about, fault: await faultOf(check, place) });
  }
  return findings;
}

/** An object that is not as it should be is a fault that was found; anything else hinders the probe. */
async function faultOf(check: ProbeCheck, place: CheckPlace): Promise<string | undefined> {
  try {
    return await check.run(place);
  } catch (error) {
    const isFound =
      error instanceof StorageObjectMissingError ||
      error instanceof StorageObjectExistsError ||
      error instanceof StorageObjectTruncatedError;
    if (isFound) return error.message;
    throw error;
  }
}
