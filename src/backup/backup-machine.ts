import { type Clock, type EventSink, type Notice, throwIfInterrupted } from "../base/index.ts";
import {
  type HeldMachine,
  type HoldWishes,
  type HostMachine,
  MachineChangedError,
  type MachineHost,
  type Patience,
} from "../hyperv/index.ts";
import { DiskChains } from "./disk-chains.ts";
import { FileChangedError } from "./errors.ts";
import { confirmSameFile } from "./file-identity.ts";
import { findMachineFiles, isUnreadable, type MachineFiles } from "./machine-files.ts";
import { type PointOutcome, pointOutcome } from "./outcome.ts";
import type { BackupSession, BackupVault } from "./ports.ts";
import { forecastDiffers, restorePointDraft } from "./restore-point-draft.ts";
import { runStep } from "./step.ts";
import { type StoredFiles, storeFiles } from "./store-files.ts";

export interface BackupMachineOptions {
  readonly host: MachineHost;
  readonly vault: BackupVault;
  readonly session: BackupSession;
  readonly clock: Clock;
  readonly events: EventSink;
  /** The machine's step. */
  readonly step: string;
  readonly patience: Patience;
  readonly requireApplication?: true | undefined;
  /** What is asked of the hold. */
  readonly wishes?: HoldWishes | undefined;
  readonly run: string;
  readonly signal?: AbortSignal | undefined;
  /** Where everything that letting go reports is collected, whatever becomes of the machine. */
  readonly releases: ReleaseLedger;
  /** Called whenever the machine holds still, before anything of it is read. When it rejects, the machine is let go. */
  readonly onHeld?: (() => Promise<void>) | undefined;
}

/** What was reported while a machine was let go, over all of its holds in a run. */
export interface ReleaseLedger {
  readonly leftBehind: string[];
  readonly warnings: Notice[];
  interruptedSeconds: number;
  /** How often the machine was held, or tried to be. */
  attempts: number;
}

/** How often a machine is started again because it changed while it was read. */
const MOST_RESTARTS = 3;

/**
 * Brings one machine into the vault:
 *
 *     hold ──▶ find files ──▶ read ──▶ same as before? ──▶ release ──▶ commit
 *       ▲                                   │ no
 *       └──────────── release ◀─────────────┘
 *
 * The machine is released on every way out, before an error is thrown. Nothing is committed for a machine that fails.
 */
export async function backupMachine(
  machine: HostMachine,
  options: BackupMachineOptions,
): Promise<PointOutcome> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await capture(machine, { ...options, step: `${options.step}/${attempt}`, parent: options.step });
    } catch (error) {
      const isChange = error instanceof FileChangedError || error instanceof MachineChangedError;
      if (!isChange || attempt > MOST_RESTARTS) throw error;
      const message = `${error.message}; the machine is started again`;
      options.events({ type: "step-note", step: options.step, message });
    }
  }
}

interface CaptureOptions extends BackupMachineOptions {
  readonly parent: string;
}

interface ReadMachine {
  readonly found: MachineFiles;
  readonly stored: StoredFiles;
}

async function capture(machine: HostMachine, options: CaptureOptions): Promise<PointOutcome> {
  const { host, events, parent, releases } = options;
  const started = options.clock.now();
  throwIfInterrupted(options.signal);
  await using held = await runStep({ events, step: `${options.step}/hold`, parent, name: "hold" }, (step) =>
    hold(machine, { ...options, step }),
  );
  releases.attempts += held.attempts;
  const read = await readThenRelease(held, options);
  throwIfInterrupted(options.signal);
  const differs = forecastDiffers(held);
  const draft = restorePointDraft({
    held,
    host: host.facts,
    stored: read.stored,
    started,
    attempts: releases.attempts,
    interruptedSeconds: releases.interruptedSeconds,
    uncovered: [...held.uncovered, ...read.found.uncovered, ...read.stored.uncovered],
    warnings: [
      ...held.warnings,
      ...(differs === undefined ? [] : [differs]),
      ...read.found.warnings,
      ...read.stored.warnings,
      ...releases.warnings,
    ],
    leftBehind: releases.leftBehind,
  });
  const point = await runStep({ events, step: `${options.step}/commit`, parent, name: "commit" }, () =>
    options.session.commit(draft),
  );
  return pointOutcome(point, { machine: held.machine, fullReadReason: read.stored.fullReadReasons });
}

async function hold(machine: HostMachine, options: CaptureOptions): Promise<HeldMachine> {
  const { signal } = options;
  return await options.host.hold(machine.id, {
    signal,
    chainOf: async (files, leaf) => {
      const chain = await new DiskChains(files, { signal }).chainOf(leaf);
      return chain.map(({ path }) => path);
    },
    events: options.events,
    step: options.step,
    patience: options.patience,
    ...options.wishes,
    requireApplication: options.requireApplication ?? options.wishes?.requireApplication,
    run: options.run,
  });
}

async function readThenRelease(held: HeldMachine, options: CaptureOptions): Promise<ReadMachine> {
  let read: ReadMachine;
  try {
    await options.onHeld?.();
    read = await readUnchanged(held, options);
  } catch (error) {
    await releaseAfter(error, () => release(held, options));
    throw error;
  }
  await release(held, options);
  return read;
}

/** Releases; when that fails too, neither error hides the other. */
async function releaseAfter(error: unknown, letGo: () => Promise<void>): Promise<void> {
  try {
    await letGo();
  } catch (second) {
    throw new SuppressedError(second, error, "releasing the machine failed too");
  }
}

/** A file that cannot be had because somebody changed the machine meanwhile is no damage: the change is what is thrown. */
async function readUnchanged(held: HeldMachine, options: CaptureOptions): Promise<ReadMachine> {
  try {
    return await readMachine(held, options);
  } catch (error) {
    if (!isUnreadable(error)) throw error;
    await confirmAfter(error, held, options);
    throw error;
  }
}

async function confirmAfter(error: unknown, held: HeldMachine, options: CaptureOptions): Promise<void> {
  try {
    await held.confirmUnchanged({ signal: options.signal });
  } catch (second) {
    if (second instanceof MachineChangedError) throw second;
    throw new SuppressedError(second, error, "asking whether the machine changed failed too");
  }
}

async function readMachine(held: HeldMachine, options: CaptureOptions): Promise<ReadMachine> {
  const { host, vault, session, events, signal, parent } = options;
  const subject = held.machine.name;
  const name = { events, step: `${options.step}/read`, parent, name: "read", subject };
  return await runStep(name, async (step) => {
    const files = held.view ?? host.files;
    const chains = new DiskChains(files, { signal });
    const found = await findMachineFiles(held, { files, chains });
    for (const notice of found.warnings) events({ type: "step-warning", step, notice });
    const totalBytes = found.files.reduce((sum, file) => sum + file.before.sizeBytes, 0);
    events({ type: "step-progress", step, doneBytes: 0, totalBytes });
    const previous = await vault.previousFiles(held.machine.id, host.facts.name);
    const context = { hostFiles: files, session, previous, events, step, signal };
    const stored = await storeFiles(found.files, context);
    const kept = new Set(stored.files.map((file) => file.path));
    for (const file of found.files) {
      throwIfInterrupted(signal);
      if (kept.has(file.path)) await confirmSameFile(files, file.path, file.before);
    }
    await held.confirmUnchanged({ signal });
    return { found, stored };
  });
}

/** Not interruptible: what is held is let go whatever happens. */
async function release(held: HeldMachine, options: CaptureOptions): Promise<void> {
  const { events, parent, releases } = options;
  await runStep({ events, step: `${options.step}/release`, parent, name: "release" }, async (step) => {
    const report = await held.release();
    releases.leftBehind.push(...report.leftBehind);
    releases.warnings.push(...report.warnings);
    releases.interruptedSeconds += report.interruptedSeconds;
    for (const notice of report.warnings) events({ type: "step-warning", step, notice });
  });
}
