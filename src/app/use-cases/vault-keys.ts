import { Secret } from "../../base/index.ts";
import type { HostFacts, KeySlotFacts, ShareCounts, Vault, VaultFacts } from "../../vault/index.ts";
import { openVaultAt } from "../compose.ts";
import { readSecretFile, writeSecretFile } from "../config/index.ts";
import { UsageError } from "../errors.ts";
import type { UseCaseContext, VaultRequest } from "./context.ts";

/** Who opens a vault, and who adds to it. */
export interface VaultKeyList {
  readonly keySlots: readonly KeySlotFacts[];
  /** The slot that the vault was just opened with. */
  readonly openedWith: string;
  /** Of kinds that only newer programs know. */
  readonly unknown: readonly { readonly id: string; readonly kind: string }[];
  readonly hosts: readonly HostFacts[];
}

export interface NewPassphraseRequest extends VaultRequest {
  readonly added: Secret;
  readonly allowWeakPassphrase?: true | undefined;
}

export async function listVaultKeys(request: VaultRequest, context: UseCaseContext): Promise<VaultKeyList> {
  return await withVault(request, context, async (vault) => ({
    keySlots: await vault.keySlots(),
    openedWith: vault.openedWith,
    unknown: await vault.unknownKeySlots(),
    hosts: await vault.hosts(),
  }));
}

export async function addVaultPassphrase(
  request: NewPassphraseRequest,
  context: UseCaseContext,
): Promise<KeySlotFacts> {
  return await withVault(
    request,
    context,
    async (vault) => await vault.addPassphrase(request.added, weak(request)),
  );
}

/** A new passphrase in the place of the one that opens the vault now. */
export async function rotateVaultPassphrase(
  request: NewPassphraseRequest,
  context: UseCaseContext,
): Promise<{ readonly added: KeySlotFacts; readonly removed: string }> {
  return await withVault(
    request,
    context,
    async (vault) => await vault.rotatePassphrase(request.added, weak(request)),
  );
}

/** A new recovery key; told here and never again. */
export async function addVaultRecoveryKey(
  request: VaultRequest,
  context: UseCaseContext,
): Promise<{ readonly slot: KeySlotFacts; readonly recoveryKey: Secret }> {
  return await withVault(request, context, async (vault) => await vault.addRecoveryKey());
}

/** A new recovery key on papers, of which some are enough; told here and never again. */
export async function addVaultRecoveryShares(
  request: VaultRequest & { readonly counts: ShareCounts },
  context: UseCaseContext,
): Promise<{ readonly facts: VaultFacts; readonly slot: KeySlotFacts; readonly papers: readonly Secret[] }> {
  return await withVault(request, context, async (vault) => ({
    facts: vault.facts,
    ...(await vault.addRecoveryShares(request.counts)),
  }));
}

/** What files of recovery shares say together, as a passphrase is given. */
export async function secretFromShareFiles(files: readonly string[]): Promise<Secret> {
  const texts: string[] = [];
  for (const file of files) texts.push((await readSecretFile(file)).reveal());
  return new Secret(texts.join("\n"));
}

/** Removes the slot whose id begins with the text. Gives its whole id. @throws {UsageError} when not exactly one does */
export async function removeVaultKeySlot(
  request: VaultRequest & { readonly slot: string; readonly evenInUse?: true | undefined },
  context: UseCaseContext,
): Promise<string> {
  return await withVault(request, context, async (vault) => {
    const all = [...(await vault.keySlots()), ...(await vault.unknownKeySlots())];
    const found = all.filter((slot) => slot.id.startsWith(request.slot));
    const [slot, second] = found;
    if (slot === undefined || second !== undefined || request.slot === "") {
      throw new UsageError(
        `Cannot remove the key slot "${request.slot}": ${found.length} slots begin so, wanted one`,
      );
    }
    await vault.removeSlot(slot.id, { evenInUse: request.evenInUse });
    return slot.id;
  });
}

/**
 * Makes a write-only host and the file with its key. The host is in the vault before the file is written: killed between, there is
 * a host whose key nobody has.
 */
export async function addVaultHost(
  request: VaultRequest & { readonly name: string; readonly out: string },
  context: UseCaseContext,
): Promise<HostFacts> {
  return await withVault(request, context, async (vault) => {
    const { facts, key } = await vault.addHost(request.name);
    await writeSecretFile(request.out, key.reveal());
    return facts;
  });
}

/** Takes a host's key away, by its name or the beginning of its id. */
export async function endVaultHost(
  request: VaultRequest & { readonly host: string },
  context: UseCaseContext,
): Promise<HostFacts> {
  return await withVault(request, context, async (vault) => await vault.endHost(request.host));
}

function weak(request: NewPassphraseRequest): { readonly allowWeakPassphrase?: true } {
  return request.allowWeakPassphrase === undefined
    ? {}
    : { allowWeakPassphrase: request.allowWeakPassphrase };
}

async function withVault<T>(
  { vault, passphrase }: VaultRequest,
  { world }: UseCaseContext,
  use: (vault: Vault) => Promise<T>,
): Promise<T> {
  await using opened = await openVaultAt(vault, { world, passphrase });
  return await use(opened.value);
}
