import type { Clock } from "../../base/index.ts";
import type { CimSession } from "../../cim/index.ts";
import type { BridgeLaunch } from "../../cim/powershell/index.ts";
import { type HostCommands, type HostFiles, LocalCommands, localFiles } from "../../places/index.ts";
import { environmentOfOthers } from "../config/index.ts";
import { LocalHostNotWindowsError } from "../errors.ts";

export interface LocalHost {
  readonly session: CimSession;
  readonly files: HostFiles;
  readonly commands: HostCommands;
}

/** The system that this runs on, as Node names systems. */
const SYSTEMS: Readonly<Record<string, string>> = { linux: "Linux", darwin: "macOS" };

/**
 * Composes the ports to the Windows Server that this runs on: its files by their own paths, its programs, and its
 * management through one Windows PowerShell process, which starts with the first call. None of them gets our secrets.
 * @throws {LocalHostNotWindowsError} on any other system
 */
export async function openLocalHost(context: {
  readonly clock: Clock;
  readonly resources: AsyncDisposableStack;
  /** @default the system that this runs on */
  readonly platform?: NodeJS.Platform | undefined;
  /** Another program that speaks the bridge's lines. */
  readonly launch?: BridgeLaunch | undefined;
}): Promise<LocalHost> {
  const { clock, launch, platform = process.platform } = context;
  if (platform !== "win32") {
    const system = SYSTEMS[platform] ?? platform;
    throw new LocalHostNotWindowsError(
      `Cannot reach the host "local": it is the Windows Server that this runs on, and this is ${system}`,
    );
  }
  const environment = environmentOfOthers();
  const { PowershellSession } = await import("../../cim/powershell/index.ts"); // other hosts never need it
  const session = context.resources.use(await PowershellSession.open({ environment, clock, launch }));
  return { session, files: localFiles(), commands: new LocalCommands({ environment, clock }) };
}
