import { type CopyOutcome, copyPoints, type FailedCopy, ofSource } from "../../backup/index.ts";
import { type Notice, type Secret, throwIfInterrupted } from "../../base/index.ts";
import {
  PointNotFoundError,
  type RestorePointSummary,
  type Vault,
  VaultDamagedError,
  VaultTooNewError,
} from "../../vault/index.ts";
import { newRunId, openVaultAt } from "../compose.ts";
import { openVaultToAddAt } from "../open-vault-to-add.ts";
import type { UseCaseContext, VaultRequest } from "./context.ts";
import { copiesIn } from "./copy-known.ts";
import { lockNotices } from "./lock-notices.ts";

export interface CopyRequest extends VaultRequest {
  readonly toVault: string;
  /** Also a write-only host's key: a copy adds only. */
  readonly toPassphrase: Secret;
  readonly wanted: CopyWish;
}

/** Which restore points: these (ids, unique prefixes, `latest:NAME`), all of these machines (names, ids), or all. */
export type CopyWish =
  | { readonly points: readonly string[] }
  | { readonly machines: readonly string[] }
  | { readonly all: true };

export interface CopyResult extends CopyOutcome {
  readonly warnings: readonly Notice[];
}

/** Copies restore points of a vault into another one, oldest first. What the target has already is left out. */
export async function runCopy(request: CopyRequest, context: UseCaseContext): Promise<CopyResult> {
  const { world, stateDir, events, signal } = context;
  const opening = { world, stateDir, events };
  await using from = await openVaultAt(request.vault, { ...opening, passphrase: request.passphrase });
  await using to = await openVaultToAddAt(request.toVault, { ...opening, passphrase: request.toPassphrase });
  const [source, target] = [from.value, to.value];
  const { points, unreadable } = await pointsOf(source, request.wanted, signal);
  const copies = await copiesIn(target, { stateDir });
  const run = newRunId(world);
  try {
    const onCopied = copies.noteCopied;
    const { known } = copies;
    const outcome = await copyPoints({ source, target, points, known, onCopied, events, run, signal });
    const warnings = await lockNotices(target, signal);
    return { ...outcome, failed: [...unreadable, ...outcome.failed], warnings };
  } finally {
    await source.keepFindings(); // what was met damaged, also where another copy of a chunk served
  }
}

interface Chosen {
  readonly points: readonly RestorePointSummary[];
  /** Those of the vault that cannot be read, where they may be among the wanted. */
  readonly unreadable: readonly FailedCopy[];
}

/** Oldest first, each once. @throws {PointNotFoundError} @throws {PointAmbiguousError} before anything is copied */
async function pointsOf(source: Vault, wanted: CopyWish, signal: AbortSignal): Promise<Chosen> {
  const unreadable: FailedCopy[] = [];
  const lose = (damage: VaultDamagedError): void => {
    const id = damage.object.slice(-32);
    const error = damage.cause instanceof VaultTooNewError ? damage.cause : ofSource(damage, { point: id });
    unreadable.push({ id, point: undefined, error });
  };
  const points = new Map<string, RestorePointSummary>();
  if ("points" in wanted) {
    for (const selector of wanted.points) {
      throwIfInterrupted(signal);
      try {
        const point = await source.findPoint(selector);
        points.set(point.id, point);
      } catch (error) {
        if (!(error instanceof VaultDamagedError)) throw error;
        lose(error);
      }
    }
    const byTime = [...points.values()].toSorted((a, b) => instantOf(a).since(instantOf(b)).sign);
    return { points: byTime, unreadable };
  }
  const machines = "machines" in wanted ? wanted.machines.map((text) => text.toLowerCase()) : undefined;
  const seen = new Set<string>();
  for await (const point of source.points({ onDamaged: lose })) {
    throwIfInterrupted(signal);
    const names = [point.machine.id.toLowerCase(), point.machine.name.toLowerCase()];
    if (machines !== undefined && !names.some((name) => machines.includes(name))) continue;
    for (const name of names) seen.add(name);
    points.set(point.id, point);
  }
  const missing = machines?.find((machine) => !seen.has(machine));
  if (missing !== undefined && unreadable.length === 0) {
    throw new PointNotFoundError(`Cannot find a restore point of "${missing}": the vault has none`);
  }
  return { points: [...points.values()], unreadable };
}

function instantOf({ time }: RestorePointSummary): Temporal.Instant {
  return Temporal.Instant.from(time);
}
