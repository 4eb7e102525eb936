import { openFolderHost } from "../backup/index.ts";
import {
  type Clock,
  type Entropy,
  hexFromBytes,
  type Secret,
  systemClock,
  systemEntropy,
} from "../base/index.ts";
import { type HypervHost, type MachineHost, openHypervHost } from "../hyperv/index.ts";
import { type FolderFiles, folderFiles } from "../places/index.ts";
import { openJournal } from "../runs/index.ts";
import { openLocalStorage, StorageMissingError } from "../storage/index.ts";
import { createVault, openVault, type Vault, VaultExistsError } from "../vault/index.ts";
import { parseHostAddress, parseVaultAddress } from "./addresses.ts";
import { canonicalFolder, environment, stateFolder } from "./config/index.ts";
import { AddressNotSupportedError, HostNotHypervError } from "./errors.ts";
import type { HostRequest } from "./host-request.ts";

/** Time and chance, as the whole program uses them. */
export interface World {
  readonly clock: Clock;
  readonly entropy: Entropy;
}

export const SYSTEM_WORLD: World = { clock: systemClock, entropy: systemEntropy };

/** What was opened, with everything that must be closed behind it. */
export interface Opened<T> extends AsyncDisposable {
  readonly value: T;
}

/** What opening a host takes besides its request. */
export interface OpenHostOptions {
  readonly world: World;
  /** The journal behind a host lies in it. */
  readonly stateDir?: string | undefined;
}

/** Opens the host that a request names, of any kind. */
export async function openHostAt(
  request: HostRequest,
  options: OpenHostOptions,
): Promise<Opened<MachineHost>> {
  const parsed = parseHostAddress(request.host);
  if (parsed.kind !== "folder") return await openHypervAt(request, options);
  const { clock } = options.world;
  await using opening = new AsyncDisposableStack();
  const root = await canonicalFolder(parsed.folder); // restore points carry it: one folder is one host
  const host = opening.use(await openFolderHost({ root, files: folderFiles(root), clock }));
  return opened(host, opening.move());
}

/** Opens a host for what only Hyper-V can do. @throws {HostNotHypervError} for a folder */
export async function openHypervAt(
  request: HostRequest,
  options: OpenHostOptions,
): Promise<Opened<HypervHost>> {
  const parsed = parseHostAddress(request.host);
  if (parsed.kind === "folder") {
    throw new HostNotHypervError(
      `Cannot use "${request.host}" for this: it is a folder of files, wanted a host with Hyper-V`,
    );
  }
  if (parsed.kind !== "sim") {
    throw new AddressNotSupportedError(
      `Cannot reach the host "${request.host}": this version knows sim:DIR and folder:DIR`,
    );
  }
  const { clock, entropy } = options.world;
  await using opening = new AsyncDisposableStack();
  const { openSimulatedHost } = await import("../simulator/index.ts"); // most runs never need it
  const simulated = opening.use(await openSimulatedHost(parsed.folder, { clock, entropy }));
  const journal = opening.use(await openJournal(await stateFolder(options.stateDir), { clock }));
  const host = opening.use(
    await openHypervHost({
      session: simulated.session(),
      files: simulated.files(),
      commands: simulated.commands(),
      clock,
      entropy,
      journal,
      hostKey: `sim:${await canonicalFolder(parsed.folder)}`,
    }),
  );
  return opened(host, opening.move());
}

/** The folder that a restore writes into; made by the first file. */
export function openRestoreFolder(folder: string): FolderFiles {
  return folderFiles(folder);
}

/** An id for a run: 16 hexadecimal digits. */
export function newRunId(world: World): string {
  return hexFromBytes(world.entropy.bytes(8));
}

/** Opens the vault at an address. */
export async function openVaultAt(
  address: string,
  options: { readonly world: World; readonly passphrase: Secret },
): Promise<Opened<Vault>> {
  const { folder } = parseVaultAddress(address);
  await using opening = new AsyncDisposableStack();
  const storage = opening.use(await openLocalStorage(folder, {}));
  const vault = opening.use(
    await openVault({ storage, ...options.world, ...workers(), passphrase: options.passphrase }),
  );
  return opened(vault, opening.move());
}

/** Makes a vault at an address that holds none. */
export async function createVaultAt(
  address: string,
  options: {
    readonly world: World;
    readonly passphrase: Secret;
    readonly allowWeakPassphrase?: true | undefined;
  },
): Promise<Opened<{ readonly vault: Vault; readonly recoveryKey: Secret }>> {
  const { folder } = parseVaultAddress(address);
  await refuseOccupied(folder);
  await using opening = new AsyncDisposableStack();
  const storage = opening.use(await openLocalStorage(folder, { create: true }));
  const weak =
    options.allowWeakPassphrase === undefined ? {} : { allowWeakPassphrase: options.allowWeakPassphrase };
  const made = await createVault({
    storage,
    ...options.world,
    ...workers(),
    ...weak,
    passphrase: options.passphrase,
  });
  opening.use(made.vault);
  return opened(made, opening.move());
}

/** A new vault wants a place of its own. Looks before anything is made there. @throws {VaultExistsError} */
async function refuseOccupied(folder: string): Promise<void> {
  try {
    await using storage = await openLocalStorage(folder, {});
    for await (const object of storage.list("")) {
      throw new VaultExistsError(`Cannot make a vault at "${folder}": "${object.name}" is there already`);
    }
  } catch (error) {
    if (!(error instanceof StorageMissingError)) throw error;
  }
}

function opened<T>(value: T, stack: AsyncDisposableStack): Opened<T> {
  return { value, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

/** For machines on which the automatic number of worker threads is wrong. */
function workers(): { readonly workers?: number } {
  const text = environment("STILLPOINT_WORKERS");
  return text !== undefined && /^[1-9]\d?$/.test(text) ? { workers: Number(text) } : {};
}
