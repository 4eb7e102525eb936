import { fileURLToPath } from "node:url";
import { PowershellSession, type PowershellSessionOptions } from "../powershell-session.ts";
import type { BridgeLaunch } from "../windows-powershell.ts";
import type { BridgeStep } from "./scripted-bridge.ts";

type Options = Partial<Omit<PowershellSessionOptions, "launch">>;

/** A bridge to the simulated host of a folder; `frozen`: its time stands still. `answers` is a file with its other answers. */
export function simulatedBridge(folder: string, time: "frozen" | "running", answers?: string): BridgeLaunch {
  const given = answers === undefined ? [] : [answers];
  return underNode(import.meta.resolve("./simulated-bridge.ts"), [folder, time, ...given]);
}

/** A bridge that answers by script; when it is started again, the script begins anew. */
export function scriptedBridge(steps: readonly BridgeStep[]): BridgeLaunch {
  return underNode(import.meta.resolve("./scripted-bridge.ts"), [JSON.stringify(steps)]);
}

/** A session through a child process that carries to the simulated host of a folder. */
export async function sessionThroughProcess(
  folder: string,
  time: "frozen" | "running",
  { answers, ...options }: Options & { readonly answers?: string } = {},
): Promise<PowershellSession> {
  const launch = simulatedBridge(folder, time, answers);
  return await PowershellSession.open({ environment: {}, launch, ...options });
}

/** A session through a child process that answers by script. */
export async function scriptedSession(
  steps: readonly BridgeStep[],
  options: Options = {},
): Promise<PowershellSession> {
  return await PowershellSession.open({ environment: {}, launch: scriptedBridge(steps), ...options });
}

function underNode(module: string, given: readonly string[]): BridgeLaunch {
  return { program: process.execPath, arguments: ["--no-warnings", fileURLToPath(module), ...given] };
}
