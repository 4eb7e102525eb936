import type { JsonValue } from "../../base/index.ts";

const GUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi;
/** Classes of Hyper-V's vocabulary are paths of this form as well, and are kept. */
const PATH = /(?:[a-z]:\\|\\\\)[^"'|*?<>\r\n]*/gi;

/**
 * Puts pseudonyms in the place of what names a customer's things: known names, ids and paths. The same thing has the same
 * pseudonym throughout one report, so that it can still be followed; nothing leads back from it.
 */
export class Redactor {
  readonly #names: readonly string[];
  readonly #pseudonyms = new Map<string, string>();
  readonly #counts = new Map<string, number>();

  /** With the names of machines, checkpoints and the host. Short ones are only replaced where they are the whole text. */
  constructor(names: readonly string[]) {
    this.#names = [...new Set(names)].filter((name) => name !== "").sort((a, b) => b.length - a.length);
  }

  value(value: JsonValue): JsonValue {
    if (typeof value === "string") return this.text(value);
    if (Array.isArray(value)) return (value as readonly JsonValue[]).map((item) => this.value(item));
    if (value === null || typeof value !== "object") return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [this.text(key), this.value(item)]));
  }

  text(text: string): string {
    let redacted = text.replaceAll(PATH, (path) => `${this.#pseudonym("path", path)}${ending(path)}`);
    redacted = redacted.replaceAll(GUID, (id) => this.#pseudonym("id", id));
    for (const name of this.#names) redacted = this.#withoutName(redacted, name);
    return redacted;
  }

  #withoutName(text: string, name: string): string {
    const isWhole = text.toLowerCase() === name.toLowerCase();
    if (isWhole || name.length > 2) {
      const escaped = name.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
      const pattern = new RegExp(`(?<![\\p{L}\\p{N}])${escaped}(?![\\p{L}\\p{N}])`, "giu");
      return text.replaceAll(pattern, () => this.#pseudonym("name", name));
    }
    return text;
  }

  #pseudonym(kind: string, value: string): string {
    const key = `${kind} ${value.toLowerCase()}`;
    const known = this.#pseudonyms.get(key);
    if (known !== undefined) return known;
    const count = (this.#counts.get(kind) ?? 0) + 1;
    this.#counts.set(kind, count);
    const made = `<${kind}-${count}>`;
    this.#pseudonyms.set(key, made);
    return made;
  }
}

/** What kind of file it is says much and names nobody. */
function ending(path: string): string {
  return /\.(?:a?vhdx?|vhds|vmcx|vmrs|vmgs|xml|bin|vsv)$/i.exec(path.trim())?.[0].toLowerCase() ?? "";
}
