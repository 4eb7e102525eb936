/** An absolute Windows path, taken apart. */
export interface WindowsPath {
  /** `D:`, `\\server\share`, `\\?\Volume{…}` or `\\?\GLOBALROOT\Device\…`, as it was written, without a last backslash. */
  readonly root: string;
  /** As written: `.` and `..` are still in it. */
  readonly names: readonly string[];
}

const ROOT = new RegExp(
  [
    String.raw`^\\\\\?\\GLOBALROOT\\Device\\[^\\]+`,
    String.raw`^\\\\\?\\Volume\{[0-9a-f-]{36}\}`,
    String.raw`^\\\\\?\\UNC\\[^\\]+\\[^\\]+`,
    String.raw`^\\\\\?\\[a-z]:`,
    String.raw`^\\\\[^\\?.][^\\]*\\[^\\]+`,
    String.raw`^[a-z]:`,
  ]
    .map((form) => String.raw`${form}(?=\\|$)`)
    .join("|"),
  "i",
);

/**
 * Takes an absolute path apart; undefined when it is relative (also to a drive: `D:x`, or to the current drive: `\x`).
 * `/` separates too, except behind `\\?\`, as Windows has it.
 */
export function parseWindowsPath(path: string): WindowsPath | undefined {
  const text = withBackslashes(path);
  const root = ROOT.exec(text)?.[0];
  if (root === undefined) return undefined;
  return { root, names: namesOf(text.slice(root.length)) };
}

/** The path's text; a bare root ends in a backslash. */
export function formatWindowsPath(path: WindowsPath): string {
  return `${path.root}\\${path.names.join("\\")}`;
}

/** Appends names or relative paths, without looking at what they mean. */
export function joinWindowsPath(folder: string, ...parts: readonly string[]): string {
  const names = parts.flatMap((part) => namesOf(withBackslashes(part)));
  if (names.length === 0) return folder;
  return `${folder.replace(/[\\/]+$/, "")}\\${names.join("\\")}`;
}

/** The folder that a path lies in; undefined for a root and for a bare name. */
export function windowsParentFolder(path: string): string | undefined {
  const parsed = parseWindowsPath(path);
  if (parsed !== undefined) {
    return parsed.names.length === 0
      ? undefined
      : formatWindowsPath({ root: parsed.root, names: parsed.names.slice(0, -1) });
  }
  const names = namesOf(withBackslashes(path));
  return names.length < 2 ? undefined : names.slice(0, -1).join("\\");
}

/** The last name of a path; empty for a root. */
export function windowsFileName(path: string): string {
  const names = parseWindowsPath(path)?.names ?? namesOf(withBackslashes(path));
  return names.at(-1) ?? "";
}

/**
 * Where a path leads that was written down in `folder`: absolute ones stay, `.` and `..` are worked out and never lead
 * above the root. Undefined when the folder is relative, or the path is relative to some drive's current folder.
 */
export function resolveWindowsPath(folder: string, path: string): string | undefined {
  const absolute = parseWindowsPath(path);
  if (absolute !== undefined)
    return formatWindowsPath({ root: absolute.root, names: settled(absolute.names) });
  const base = parseWindowsPath(folder);
  const text = withBackslashes(path);
  if (base === undefined || /^[a-z]:/i.test(text) || text.startsWith("\\\\")) return undefined;
  const start = text.startsWith("\\") ? [] : base.names;
  return formatWindowsPath({ root: base.root, names: settled([...start, ...namesOf(text)]) });
}

/**
 * How `path` is written from `folder`, in Hyper-V's form (`.\parent.vhdx`, `..\base\parent.vhdx`); undefined when the
 * two lie under different roots.
 */
export function relativeWindowsPath(folder: string, path: string): string | undefined {
  const from = parseWindowsPath(folder);
  const to = parseWindowsPath(path);
  if (from === undefined || to === undefined || rootKey(from.root) !== rootKey(to.root)) return undefined;
  const fromNames = settled(from.names);
  const toNames = settled(to.names);
  let same = 0;
  while (same < fromNames.length && same < toNames.length - 1) {
    if (windowsNameKey(fromNames[same] ?? "") !== windowsNameKey(toNames[same] ?? "")) break;
    same++;
  }
  const up = Array.from({ length: fromNames.length - same }, () => "..");
  const steps = up.length === 0 ? ["."] : up;
  return [...steps, ...toNames.slice(same)].join("\\");
}

/**
 * Two paths are one place when their keys are equal: case, separators, `.` and `..`, a last backslash and the prefix
 * `\\?\` do not matter. For looking up only: nothing can be opened by it.
 */
export function windowsPathKey(path: string): string {
  const parsed = parseWindowsPath(path);
  if (parsed === undefined)
    return settled(namesOf(withBackslashes(path)))
      .map(windowsNameKey)
      .join("\\");
  return [rootKey(parsed.root), ...settled(parsed.names).map(windowsNameKey)].join("\\");
}

/** How Windows compares one name: character by character in upper case, where the length stays the same. */
export function windowsNameKey(name: string): string {
  return Array.from(name, (character) => {
    const upper = character.toUpperCase();
    return upper.length === character.length ? upper : character;
  }).join("");
}

/** The root without the ways in which the same one can be written. */
function rootKey(root: string): string {
  const plain = /^\\\\\?\\UNC\\/i.test(root)
    ? `\\\\${root.slice(String.raw`\\?\UNC\ `.length - 1)}`
    : root.replace(/^\\\\\?\\(?=[a-z]:$)/i, "");
  return windowsNameKey(plain);
}

function withBackslashes(path: string): string {
  return path.startsWith("\\\\?\\") ? path : path.replaceAll("/", "\\");
}

function namesOf(text: string): string[] {
  return text.split("\\").filter((name) => name !== "");
}

function settled(names: readonly string[]): string[] {
  const result: string[] = [];
  for (const name of names) {
    if (name === "..") result.pop();
    else if (name !== ".") result.push(name);
  }
  return result;
}
