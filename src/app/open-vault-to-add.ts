import type { BackupVault } from "../backup/index.ts";
import { type EventSink, noEvents, type Secret } from "../base/index.ts";
import {
  isHostKey,
  openWriteOnlyVault,
  type Vault,
  type VaultFacts,
  VaultHostKeyUnusableError,
  type WriteOnlyVault,
} from "../vault/index.ts";
import { type Opened, openVaultAt } from "./compose.ts";
import { ReceiptFile } from "./config/index.ts";
import { IndexSteps } from "./storage/index-steps.ts";
import { localIndexFor } from "./storage/local-index.ts";
import { openVaultStorage } from "./storage/open-vault-storage.ts";
import { parseVaultAddress } from "./vault-address.ts";
import type { World } from "./world.ts";

/** What a backup needs of a vault; who may only add renews no locks, and sees of restore points only that they are there. */
export type VaultToAdd = BackupVault & { readonly facts: VaultFacts } & Partial<
    Pick<Vault, "renewLocks" | "points" | "trashed">
  > &
  Partial<Pick<WriteOnlyVault, "pointIds">>;

/** Opens the vault at an address for a backup: with all its keys, or with a write-only host's, which adds and reads nothing. */
export async function openVaultToAddAt(
  address: string,
  options: {
    readonly world: World;
    readonly passphrase: Secret;
    /** What was written is remembered in it. */
    readonly stateDir?: string | undefined;
    /** Told when the vault's index takes long to open. */
    readonly events?: EventSink | undefined;
  },
): Promise<Opened<VaultToAdd>> {
  const { world, passphrase, events = noEvents } = options;
  if (!isHostKey(passphrase)) return await openVaultAt(address, options);
  await using opening = new AsyncDisposableStack();
  const storage = opening.use(await openVaultStorage(parseVaultAddress(address), { world }));
  const receiptBook = new ReceiptFile(storage.location, options);
  const steps = opening.use(new IndexSteps({ events, clock: world.clock, subject: storage.location }));
  const vault = await openWriteOnlyVault({
    storage,
    ...world,
    receiptBook,
    localIndex: { ...localIndexFor(options.stateDir), onProgress: steps.progress },
    passphrase,
  });
  if (vault === undefined) throw new VaultHostKeyUnusableError(storage.location, "is none");
  opening.use(vault);
  const stack = opening.move();
  return { value: vault, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}
