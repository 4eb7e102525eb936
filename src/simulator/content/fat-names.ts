import { DirectoryEntry, LongNameEntry } from "./layout.ts";
import { utf16 } from "./partition-table.ts";

export const FOLDER_ATTRIBUTE = 0x10;
export const ARCHIVE_ATTRIBUTE = 0x20;
export const LABEL_ATTRIBUTE = 0x08;
const LONG_NAME_ATTRIBUTE = 0x0f;
const LAST_PART = 0x40;
const CHARACTERS_PER_PART = 13;

export interface EntryFacts {
  readonly attributes: number;
  readonly firstCluster: number;
  readonly sizeBytes: number;
  readonly modified: Temporal.Instant;
}

/** Gives each name of one folder its short alias, and the entries of both. */
export class FolderNames {
  readonly #taken = new Set<string>();

  /** The directory entries of a name, 32 bytes each: long parts first, where the name needs them. */
  entries(name: string, facts: EntryFacts): Uint8Array[] {
    const short = this.#alias(name);
    const isShort = shortForm(name) === short;
    return [...(isShort ? [] : longParts(name, short)), shortEntry(short, facts)];
  }

  /** Eleven characters, without the dot: the name itself where it is short, else `NAME~1  TXT`. */
  #alias(name: string): string {
    const own = shortForm(name);
    if (own !== undefined && !this.#taken.has(own)) {
      this.#taken.add(own);
      return own;
    }
    const dot = name.lastIndexOf(".");
    const clean = (text: string): string => text.toUpperCase().replaceAll(/[^A-Z0-9_-]/g, "");
    const stem = clean(dot > 0 ? name.slice(0, dot) : name).slice(0, 6);
    const end = clean(dot > 0 ? name.slice(dot + 1) : "").slice(0, 3);
    for (let number = 1; ; number++) {
      const tail = `~${number}`;
      const alias = `${stem.slice(0, 8 - tail.length)}${tail}`.padEnd(8) + end.padEnd(3);
      if (this.#taken.has(alias)) continue;
      this.#taken.add(alias);
      return alias;
    }
  }
}

export function shortEntry(short: string, facts: EntryFacts): Uint8Array {
  const { date, time } = fatMoment(facts.modified);
  return DirectoryEntry.encode({
    name: short,
    attributes: facts.attributes,
    createdTime: time,
    createdDate: date,
    accessedDate: date,
    firstClusterHigh: facts.firstCluster >>> 16,
    modifiedTime: time,
    modifiedDate: date,
    firstClusterLow: facts.firstCluster & 0xffff,
    sizeBytes: facts.sizeBytes,
  });
}

/** The eleven characters of a name that is a short one as it stands: upper case, eight and three. */
function shortForm(name: string): string | undefined {
  const found = /^([A-Z0-9_-]{1,8})(?:\.([A-Z0-9_-]{1,3}))?$/.exec(name);
  return found?.[1] === undefined ? undefined : found[1].padEnd(8) + (found[2] ?? "").padEnd(3);
}

function longParts(name: string, short: string): Uint8Array[] {
  const checksum = aliasChecksum(short);
  const count = Math.ceil(name.length / CHARACTERS_PER_PART);
  const parts: Uint8Array[] = [];
  for (let number = count; number >= 1; number--) {
    const text = name.slice((number - 1) * CHARACTERS_PER_PART, number * CHARACTERS_PER_PART);
    const characters = new Uint8Array(2 * CHARACTERS_PER_PART).fill(0xff);
    // the name ends in a NUL where there is room for it, and the rest is filled with FFFF
    characters.set(utf16(text, Math.min(characters.length, 2 * text.length + 2)));
    parts.push(
      LongNameEntry.encode({
        order: number === count ? number | LAST_PART : number,
        characters1: characters.subarray(0, 10),
        attributes: LONG_NAME_ATTRIBUTE,
        type: 0,
        checksum,
        characters2: characters.subarray(10, 22),
        firstCluster: 0,
        characters3: characters.subarray(22),
      }),
    );
  }
  return parts;
}

function aliasChecksum(short: string): number {
  let sum = 0;
  for (const character of short) sum = (((sum & 1) << 7) + (sum >>> 1) + character.charCodeAt(0)) & 0xff;
  return sum;
}

/** Local time of the guest, which we let be UTC; two-second steps since 1980. */
function fatMoment(instant: Temporal.Instant): { readonly date: number; readonly time: number } {
  const at = instant.toZonedDateTimeISO("UTC");
  return {
    date: ((at.year - 1980) << 9) | (at.month << 5) | at.day,
    time: (at.hour << 11) | (at.minute << 5) | (at.second >>> 1),
  };
}
