import { fileURLToPath } from "node:url";
import { PowershellSession, type PowershellSessionOptions } from "../powershell-session.ts";
import type { BridgeStep } from "./scripted-bridge.ts";

type Options = Partial<Omit<PowershellSessionOptions, "launch">>;

/** A session through a child process that carries to the simulated host of a folder. */
export async function sessionThroughProcess(
  folder: string,
  time: "frozen" | "running",
  options: Options = {},
): Promise<PowershellSession> {
  return await launched(import.meta.resolve("./simulated-bridge.ts"), [folder, time], options);
}

/** A session through a child process that answers by script. */
export async function scriptedSession(
  steps: readonly BridgeStep[],
  options: Options = {},
): Promise<PowershellSession> {
  return await launched(import.meta.resolve("./scripted-bridge.ts"), [JSON.stringify(steps)], options);
}

async function launched(
  program: string,
  given: readonly string[],
  options: Options,
): Promise<PowershellSession> {
  return await PowershellSession.open({
    environment: {},
    launch: {
      program: process.execPath,
      arguments: ["--no-warnings", fileURLToPath(program), ...given],
    },
    ...options,
  });
}
