import { parseWindowsPath } from "../places/index.ts";
import { RestorePathUnsafeError } from "./errors.ts";

/**
 * The names under which `--exact` puts a file below the folder: `D:\a\b` becomes `D`, `a`, `b`; `\\server\share\x` becomes
 * `UNC`, `server`, `share`, `x`; a path of a `folder:` host stays as it is. Nothing else than plain names comes out.
 *
 * @throws {RestorePathUnsafeError} for steps like `..`, and for paths inside a shadow copy, which name no lasting place.
 */
export function originalPlace(path: string): readonly string[] {
  if (path.includes("\0")) throw unsafe(path, "it holds a zero character");
  const parsed = parseWindowsPath(path);
  const names = [...rootNames(path, parsed?.root), ...(parsed?.names ?? relativeNames(path))];
  const step = names.find((name) => name === "." || name === ".." || name === "");
  if (step !== undefined) throw unsafe(path, `it holds the step "${step}"`);
  if (names.some((name) => /[\\/]/.test(name))) throw unsafe(path, "a name in it holds a separator");
  if (names.length === 0 || parsed?.names.length === 0) throw unsafe(path, "it names no file");
  return names;
}

function rootNames(path: string, root: string | undefined): readonly string[] {
  if (root === undefined) return [];
  const plain = root.replace(/^\\\\\?\\UNC\\/i, "\\\\").replace(/^\\\\\?\\/, "");
  if (/^GLOBALROOT\\/i.test(plain)) throw unsafe(path, "it lies in a shadow copy");
  if (/^[a-z]:$/i.test(plain)) return [plain.slice(0, 1).toUpperCase()];
  if (plain.startsWith("\\\\")) return ["UNC", ...plain.slice(2).split("\\")];
  return [plain];
}

function relativeNames(path: string): readonly string[] {
  if (/^[\\/]/.test(path)) throw unsafe(path, "it is neither absolute on a host nor relative to a folder");
  return path.split(/[\\/]/);
}

function unsafe(path: string, state: string): RestorePathUnsafeError {
  return new RestorePathUnsafeError(`Cannot restore "${path}": ${state}`, { path });
}
