import { windowsNameKey } from "../places/index.ts";
import { RestoreNameUnusableError } from "./errors.ts";

/** The rules that file names of the restoring machine follow. */
export type Naming = "windows" | "posix";

/** Names that Windows gives to devices, with any extension and in any folder. */
const DEVICE = /^(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³])\s*(\..*)?$/i;
/** What `nameLength()` may give. */
export const LONGEST_NAME = 255;
/** For a time and an id behind a machine's name. */
const ROOM_BEHIND_NAME = 64;

/** Refuses a name that no file can have here. `path` is what the message calls it. @throws {RestoreNameUnusableError} */
export function checkTargetName(name: string, path: string, naming: Naming): void {
  const state = naming === "windows" ? windowsRefusal(name) : posixRefusal(name);
  if (state === undefined) return;
  throw new RestoreNameUnusableError(`Cannot restore "${path}" here: ${state}`, { path });
}

/** How long a file system takes a name to be: Windows counts UTF-16 units, the others bytes. */
export function nameLength(name: string, naming: Naming): number {
  return naming === "windows" ? name.length : Buffer.byteLength(name);
}

/** Two names in one folder are one file when their keys are equal. */
export function targetNameKey(name: string, naming: Naming): string {
  return naming === "windows" ? windowsNameKey(name) : name;
}

/**
 * A machine's name as a folder's: what no name may hold here becomes `_`. Undefined where nothing is left that a folder can be
 * called.
 */
export function usableName(name: string, naming: Naming): string | undefined {
  const room = LONGEST_NAME - ROOM_BEHIND_NAME;
  const plain = Array.from(name, (character) => (isPlain(character, naming) ? character : "_")).join("");
  let short = plain.trim();
  while (new TextEncoder().encode(short).length > room) short = Array.from(short).slice(0, -1).join("");
  const usable = naming === "windows" ? short.replace(/[. ]+$/, "") : short.trim();
  if (usable === "" || usable === "." || usable === "..") return undefined;
  return naming === "windows" && DEVICE.test(usable) ? undefined : usable;
}

function isPlain(character: string, naming: Naming): boolean {
  if (character < " ") return false;
  return naming === "windows" ? !/[<>:"|?*\\/]/.test(character) : !/[\\/]/.test(character);
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
  const bytes = nameLength(name, "posix");
  return bytes > LONGEST_NAME ? `a name in it has ${bytes} bytes` : undefined;
}

function hasControlCharacter(name: string): boolean {
  return Array.from(name).some((character) => character < " ");
}
