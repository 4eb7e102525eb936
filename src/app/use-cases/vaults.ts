import { type Secret, throwIfInterrupted } from "../../base/index.ts";
import type { KeySlotFacts, VaultFacts } from "../../vault/index.ts";
import { createVaultAt, openVaultAt } from "../compose.ts";
import { UsageError } from "../errors.ts";
import type { UseCaseContext, VaultRequest } from "./context.ts";

/** Makes a vault; the recovery key is told here and never again. */
export async function initVault(
  request: VaultRequest & { readonly allowWeakPassphrase?: true | undefined },
  context: UseCaseContext,
): Promise<{ readonly facts: VaultFacts; readonly recoveryKey: Secret }> {
  const { world } = context;
  await using made = await createVaultAt(request.vault, {
    world,
    passphrase: request.passphrase,
    allowWeakPassphrase: request.allowWeakPassphrase,
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

export async function addVaultPassphrase(
  request: VaultRequest & { readonly added: Secret; readonly allowWeakPassphrase?: true | undefined },
  context: UseCaseContext,
): Promise<KeySlotFacts> {
  await using opened = await openVaultAt(request.vault, {
    world: context.world,
    passphrase: request.passphrase,
  });
  const weak =
    request.allowWeakPassphrase === undefined ? {} : { allowWeakPassphrase: request.allowWeakPassphrase };
  return await opened.value.addPassphrase(request.added, weak);
}

/** Removes the slot whose id begins with the text. Gives its whole id. @throws {UsageError} when not exactly one does */
export async function removeVaultKeySlot(
  request: VaultRequest & { readonly slot: string },
  context: UseCaseContext,
): Promise<string> {
  await using opened = await openVaultAt(request.vault, {
    world: context.world,
    passphrase: request.passphrase,
  });
  const found = (await opened.value.keySlots()).filter((slot) => slot.id.startsWith(request.slot));
  const [slot, second] = found;
  if (slot === undefined || second !== undefined || request.slot === "") {
    throw new UsageError(
      `Cannot remove the key slot "${request.slot}": ${found.length} slots begin so, wanted one`,
    );
  }
  await opened.value.removeSlot(slot.id);
  return slot.id;
}
