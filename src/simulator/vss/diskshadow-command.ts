/** One command of a diskshadow script, taken apart ([WSD] windows-commands/diskshadow). */
export type DiskshadowCommand =
  | { readonly kind: "nothing" | "begin" | "end" | "create" | "exit" | "reset" }
  | { readonly kind: "set"; readonly name: string; readonly value: string }
  | { readonly kind: "writer"; readonly act: "verify" | "exclude"; readonly name: string }
  | { readonly kind: "add"; readonly volume: string; readonly alias: string | undefined }
  | { readonly kind: "list-writers"; readonly detail: string }
  | { readonly kind: "list-shadows" | "delete"; readonly scope: string; readonly id: string }
  | { readonly kind: "unknown" };

type Reader = (words: readonly string[]) => DiskshadowCommand;

const UNKNOWN: DiskshadowCommand = { kind: "unknown" };
const SCOPES = ["all", "set", "id", "volume"];

const READERS: Readonly<Record<string, Reader>> = {
  set: ([name = "", value = ""]) =>
    ["context", "metadata", "verbose", "option"].includes(name.toLowerCase())
      ? { kind: "set", name: name.toLowerCase(), value }
      : UNKNOWN,
  writer: ([act = "", name = ""]) => {
    const known = (["verify", "exclude"] as const).find((one) => one === act.toLowerCase());
    return known === undefined || name === "" ? UNKNOWN : { kind: "writer", act: known, name };
  },
  begin: ([what = ""]) => (what.toLowerCase() === "backup" ? { kind: "begin" } : UNKNOWN),
  end: ([what = ""]) => (what.toLowerCase() === "backup" ? { kind: "end" } : UNKNOWN),
  add: ([what = "", volume = "", word = "", alias]) => {
    if (what.toLowerCase() !== "volume" || volume === "") return UNKNOWN;
    if (word !== "" && (word.toLowerCase() !== "alias" || alias === undefined)) return UNKNOWN;
    return { kind: "add", volume, alias };
  },
  create: () => ({ kind: "create" }),
  list: ([what = "", scope = "all", id = ""]) => {
    if (what.toLowerCase() === "writers") return { kind: "list-writers", detail: scope.toLowerCase() };
    return what.toLowerCase() === "shadows" ? scoped("list-shadows", scope, id) : UNKNOWN;
  },
  delete: ([what = "", scope = "", id = ""]) =>
    what.toLowerCase() === "shadows" ? scoped("delete", scope, id) : UNKNOWN,
  reset: () => ({ kind: "reset" }),
  exit: () => ({ kind: "exit" }),
  quit: () => ({ kind: "exit" }),
};

/** Reads a line; comments and empty lines are nothing to do. */
export function parseCommand(line: string): DiskshadowCommand {
  const words = wordsOfLine(line);
  const [verb, ...rest] = words;
  if (verb === undefined || verb.startsWith("#") || verb.toLowerCase() === "rem") return { kind: "nothing" };
  return READERS[verb.toLowerCase()]?.(rest) ?? UNKNOWN;
}

/** The lines of a script, whatever ends them. */
export function scriptLines(text: string): readonly string[] {
  return text
    .replace(/^\uFEFF/, "")
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== "");
}

function scoped(kind: "list-shadows" | "delete", scope: string, id: string): DiskshadowCommand {
  const known = SCOPES.includes(scope.toLowerCase());
  const isNamed = scope.toLowerCase() === "all" || id !== "";
  return known && isNamed ? { kind, scope: scope.toLowerCase(), id: id.replaceAll(/[{}]/g, "") } : UNKNOWN;
}

/** Words are parted by spaces, quotes keep them together. */
function wordsOfLine(line: string): readonly string[] {
  return Array.from(line.matchAll(/"([^"]*)"|(\S+)/g), ([, quoted, plain]) => quoted ?? plain ?? "");
}
