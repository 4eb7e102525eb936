import { openFolderHost } from "../backup/index.ts";
import { type EventSink, hexFromBytes, noEvents, type Secret } from "../base/index.ts";
import {
  type HypervHost,
  type HypervHostOptions,
  type MachineHost,
  openHypervHost,
} from "../hyperv/index.ts";
import { type FolderFiles, folderFiles } from "../places/index.ts";
import { openJournal } from "../runs/index.ts";
import { requireSuitable, StorageMissingError } from "../storage/index.ts";
import { createVault, openVault, type Vault, VaultExistsError, type VaultLock } from "../vault/index.ts";
import { type HostAddress, parseHostAddress } from "./addresses.ts";
import { canonicalFolder, environment, ReceiptFile, stateFolder } from "./config/index.ts";
import { HostNotHypervError, UsageError } from "./errors.ts";
import type { HostRequest } from "./host-request.ts";
import { openLocalHost } from "./local/open-local-host.ts";
import { IndexSteps } from "./storage/index-steps.ts";
import { localIndexFor } from "./storage/local-index.ts";
import { localPointsFor } from "./storage/local-points.ts";
import { openVaultScratch, openVaultStorage } from "./storage/open-vault-storage.ts";
import { withVaultCache } from "./storage/vault-cache.ts";
import { parseVaultAddress, type VaultAddress, vaultLocation } from "./vault-address.ts";
import { winrmHostKey } from "./winrm-address.ts";
import type { World } from "./world.ts";

export { SYSTEM_WORLD, type World } from "./world.ts";

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
  refuseRemoteOnly(request);
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
  const { clock, entropy } = options.world;
  await using opening = new AsyncDisposableStack();
  const ports = await portsTo(parsed, request, { world: options.world, resources: opening });
  const journal = opening.use(await openJournal(await stateFolder(options.stateDir), { clock }));
  const host = opening.use(await openHypervHost({ ...ports, clock, entropy, journal }));
  return opened(host, opening.move());
}

/** The ports to a host with Hyper-V, and what the journal calls it. What must be closed goes to `resources`. */
async function portsTo(
  address: Exclude<HostAddress, { readonly kind: "folder" }>,
  request: HostRequest,
  context: { readonly world: World; readonly resources: AsyncDisposableStack },
): Promise<Pick<HypervHostOptions, "session" | "files" | "commands" | "shadowServer" | "hostKey">> {
  const { world, resources } = context;
  if (address.kind === "winrm") {
    const { openRemoteHost } = await import("./remote/open-remote-host.ts"); // with all of HTTP; folders and vaults need none
    const remote = await openRemoteHost(address, request, context);
    return { ...remote, hostKey: winrmHostKey(address) };
  }
  refuseRemoteOnly(request);
  if (address.kind === "local") {
    const local = await openLocalHost({ clock: world.clock, resources });
    return { ...local, hostKey: "local" };
  }
  const { openSimulatedHost } = await import("../simulator/index.ts"); // most runs never need it
  const simulated = resources.use(await openSimulatedHost(address.folder, world));
  return {
    session: simulated.session(),
    files: simulated.files(),
    commands: simulated.commands(),
    hostKey: `sim:${await canonicalFolder(address.folder)}`,
  };
}

/** What has no meaning is refused, not ignored. @throws {UsageError} */
function refuseRemoteOnly(request: HostRequest): void {
  const { host, hostAuth, hostCertificate, pathMap } = request;
  const flags = { "--host-auth": hostAuth, "--host-certificate": hostCertificate, "--path-map": pathMap };
  for (const [flag, value] of Object.entries(flags)) {
    if (value === undefined) continue;
    throw new UsageError(`Cannot use ${flag} with the host "${host}": it is for hosts over WinRM`);
  }
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
  options: {
    readonly world: World;
    readonly passphrase: Secret;
    /** What was written is remembered in it. */
    readonly stateDir?: string | undefined;
    /** Told when the vault's index takes long to open. */
    readonly events?: EventSink | undefined;
    /** Reads everything from the store, and no copies: to say in which state the vault is. */
    readonly withoutCopies?: true | undefined;
    /** Files are brought back. */
    readonly writesFiles?: true | undefined;
  },
): Promise<Opened<Vault>> {
  const { world, withoutCopies, writesFiles } = options;
  const place = parseVaultAddress(address);
  await using opening = new AsyncDisposableStack();
  const store = await openVaultStorage(place, { world });
  const storage = opening.use(
    place.kind === "local" || withoutCopies ? store : await withVaultCache(store, options),
  );
  const { events = noEvents } = options;
  const steps = opening.use(new IndexSteps({ events, clock: world.clock, subject: storage.location }));
  const vault = opening.use(
    await openVault({
      storage,
      ...options.world,
      ...workers(),
      writesFiles,
      receiptBook: new ReceiptFile(storage.location, options),
      localIndex: { ...localIndexFor(options.stateDir), onProgress: steps.progress },
      localPoints: withoutCopies ? undefined : localPointsFor(options.stateDir),
      passphrase: options.passphrase,
    }),
  );
  return opened(vault, opening.move());
}

/** Makes a vault at an address that holds none, and where the store does what a vault relies on. */
export async function createVaultAt(
  address: string,
  options: {
    readonly world: World;
    readonly passphrase: Secret;
    readonly allowWeakPassphrase?: true | undefined;
    readonly lock?: VaultLock | undefined;
    readonly parity?: true | undefined;
  },
): Promise<Opened<{ readonly vault: Vault; readonly recoveryKey: Secret }>> {
  const place = parseVaultAddress(address);
  const { world } = options;
  await refuseOccupied(place, world);
  await using opening = new AsyncDisposableStack();
  const storage = opening.use(await openVaultStorage(place, { world, create: true }));
  await requireSuitable(await openVaultScratch(place, { world }), world);
  const weak =
    options.allowWeakPassphrase === undefined ? {} : { allowWeakPassphrase: options.allowWeakPassphrase };
  const made = await createVault({
    storage,
    ...options.world,
    ...workers(),
    ...weak,
    lock: options.lock,
    parity: options.parity,
    passphrase: options.passphrase,
  });
  opening.use(made.vault);
  return opened(made, opening.move());
}

/** A new vault wants a place of its own. Looks before anything is made there. @throws {VaultExistsError} */
async function refuseOccupied(place: VaultAddress, world: World): Promise<void> {
  try {
    await using storage = await openVaultStorage(place, { world });
    for await (const object of storage.list("")) {
      throw new VaultExistsError(
        `Cannot make a vault at "${vaultLocation(place)}": "${object.name}" is there already`,
      );
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
