import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { StateFolderError } from "../errors.ts";
import { environment } from "./environment.ts";

/** Where journal and history live: the flag, the variable, the system's place, in this order. Made when missing. */
export async function stateFolder(flag: string | undefined): Promise<string> {
  const folder = statePlace(flag);
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new StateFolderError(`Cannot use the state folder "${folder}": it cannot be made`, {
      cause: error,
    });
  }
  return folder;
}

/** The same, and nothing is made. */
export function statePlace(flag: string | undefined): string {
  return flag ?? environment("STILLPOINT_STATE_DIR") ?? systemPlace();
}

function systemPlace(): string {
  if (process.platform === "win32")
    return join(environment("ProgramData") ?? "C:\\ProgramData", "Stillpoint");
  const home = environment("XDG_STATE_HOME") ?? join(environment("HOME") ?? "/root", ".local/state");
  return join(home, "stillpoint");
}
