import { windowsNameKey } from "../places/index.ts";
import { RestoreNameUnusableError } from "./errors.ts";

/** The rules that file names of the restoring machine follow. */
export type Naming = "windows" | "posix";

/** Names that Windows gives to devices, with any extension and in any folder. */
const DEVICE = /^(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³])\s*(\..*)?$/i;
const LONGEST_NAME = 255;

/** Refuses a name that no file can have here. `path` is what the message calls it. @throws {RestoreNameUnusableError} */
export function checkTargetName(name: string, path: string, naming: Naming): void {
  const state = naming === "windows" ? windowsRefusal(name) : posixRefusal(name);
  if (state === undefined) return;
  throw new RestoreNameUnusableError(`Cannot restore "${path}" here: ${state}`, { path });
}

/** Two names in one folder are one file when their keys are equal. */
export function targetNameKey(name: string, naming: Naming): string {
  return naming === "windows" ? windowsNameKey(name) : name;
}

function windowsRefusal(name: string): string | undefined {
  if (DEVICE.test(name)) return `"${name}" is a device on Windows`;
  if (/[<>:"|?*\\/]/.test(name) || hasControlCharacter(name)) {
    return `"${name}" holds a character that Windows allows in no name`;
  }
  if (/[. ]$/.test(name)) return `"${name}" ends in a dot or a space, which Windows drops`;
  if (name.length > LONGEST_NAME) return `a name in it has ${name.length} characters`;
  return undefined;
}

function posixRefusal(name: string): string | undefined {
  const bytes = new TextEncoder().encode(name).length;
  return bytes > LONGEST_NAME ? `a name in it has ${bytes} bytes` : undefined;
}

function hasControlCharacter(name: string): boolean {
  return Array.from(name).some((character) => character < " ");
}
