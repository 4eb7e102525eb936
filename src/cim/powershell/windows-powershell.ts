import { win32 } from "node:path";
import { fileURLToPath } from "node:url";

/** A program that speaks the bridge's lines on its standard input and output. */
export interface BridgeLaunch {
  readonly program: string;
  readonly arguments: readonly string[];
}

/**
 * Windows PowerShell with the bridge's script. Windows' own copy is named by its path, so that nothing on the search path
 * can take its place. The script is a file, not an encoded command: a file can be signed, allowed by path or publisher,
 * and read by whoever wonders what runs. A policy for signed scripts stops it (`powershell-policy`).
 */
export function windowsPowershell(environment: Readonly<Record<string, string>>): BridgeLaunch {
  const root = Object.entries(environment).find(([name]) => name.toLowerCase() === "systemroot")?.[1];
  return {
    program: win32.join(root ?? "C:\\Windows", "System32", "WindowsPowerShell", "v1.0", "powershell.exe"),
    arguments: [
      "-NoLogo",
      "-NoProfile",
      "-NonInteractive",
      "-ExecutionPolicy",
      "Bypass",
      "-OutputFormat",
      "Text",
      "-File", // must be the last: what follows belongs to the script
      fileURLToPath(new URL("./bridge.ps1", import.meta.url)),
    ],
  };
}

/**
 * Without the search path for modules: a process that PowerShell 7 started, us in between, has that of PowerShell 7, from
 * which Windows PowerShell cannot load its own commands. Without one it makes the right one (about_PSModulePath).
 */
export function windowsPowershellEnvironment(
  environment: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const kept = Object.entries(environment).filter(([name]) => name.toLowerCase() !== "psmodulepath");
  return Object.fromEntries(kept);
}
