import { type Secret, throwIfInterrupted } from "../../base/index.ts";
import type { KeySlotFacts, VaultFacts, VaultLock } from "../../vault/index.ts";
import { createVaultAt, openVaultAt } from "../compose.ts";
import type { UseCaseContext, VaultRequest } from "./context.ts";

/** Makes a vault; the recovery key is told here and never again. */
export async function initVault(
  request: VaultRequest & {
    readonly allowWeakPassphrase?: true | undefined;
    /** Locks what is put, where the bucket can. */
    readonly lock?: VaultLock | undefined;
    /** Puts parity beside every pack. */
    readonly parity?: true | undefined;
  },
  context: UseCaseContext,
): Promise<{ readonly facts: VaultFacts; readonly recoveryKey: Secret }> {
  const { world } = context;
  await using made = await createVaultAt(request.vault, {
    world,
    passphrase: request.passphrase,
    allowWeakPassphrase: request.allowWeakPassphrase,
    lock: request.lock,
    parity: request.parity,
  });
  return { facts: made.value.vault.facts, recoveryKey: made.value.recoveryKey };
}

export interface VaultContents {
  readonly facts: VaultFacts;
  readonly keySlots: readonly KeySlotFacts[];
  readonly points: number;
  /** Newest restore point's time, or undefined in an empty vault. */
  readonly newest: string | undefined;
}

export async function describeVault(request: VaultRequest, context: UseCaseContext): Promise<VaultContents> {
  await using opened = await openVaultAt(request.vault, {
    world: context.world,
    passphrase: request.passphrase,
  });
  let points = 0;
  let newest: string | undefined;
  for await (const point of opened.value.points()) {
    throwIfInterrupted(context.signal);
    points++;
    if (newest === undefined || point.time > newest) newest = point.time;
  }
  return { facts: opened.value.facts, keySlots: await opened.value.keySlots(), points, newest };
}
