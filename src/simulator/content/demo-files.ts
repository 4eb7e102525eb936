import { KIB, MIB } from "../../base/index.ts";
import { seededBytes } from "../acts/seeded-bytes.ts";
import type { ContentFile } from "./content-disk.ts";

const MADE = Temporal.Instant.from("2026-05-01T08:00:00Z");
const WORDS =
  "invoice customer order delivery report quarter branch north south account meeting budget project review draft final".split(
    " ",
  );
export const PAGE_BYTES = 8 * KIB;

/** What a machine's disk holds, in numbers. */
export interface DemoContent {
  readonly seed: number;
  readonly documents: number;
  readonly logs: number;
  readonly photos: number;
  readonly databaseBytes: number;
}

/** Documents, logs, photographs and a database: the same for the same numbers. */
export function demoFiles(content: DemoContent): readonly ContentFile[] {
  const { seed } = content;
  const documents = Array.from({ length: content.documents }, (_, at) =>
    filledBy(
      { path: documentPath(at), sizeBytes: 3_000 + ((seed + 7 * at) % 40) * 1_000 },
      textAt(seed + at),
    ),
  );
  const logs = Array.from({ length: content.logs }, (_, at) =>
    filledBy(
      { path: `Logs/access-2026-04-${pad(at + 1)}.csv`, sizeBytes: 2 * MIB + at * 1234 },
      logAt(seed + at),
    ),
  );
  const photos = Array.from({ length: content.photos }, (_, at) =>
    filledBy(
      { path: `Photos/2026/IMG_${1000 + at}.jpg`, sizeBytes: 2 * MIB + at * 4321 },
      noiseAt(seed + at),
    ),
  );
  const database = filledBy({ path: "Database/orders.db", sizeBytes: content.databaseBytes }, (page) =>
    databasePage(seed, { page, version: 1 }),
  );
  return [...documents, ...logs, ...photos, ...(content.databaseBytes === 0 ? [] : [database])];
}

/** One page of the database: a header with its number and version, rows, and free space. */
export function databasePage(
  seed: number,
  which: { readonly page: number; readonly version: number },
): Uint8Array {
  const bytes = new Uint8Array(PAGE_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, 0x50414745); // "PAGE"
  view.setUint32(4, which.page);
  view.setUint32(8, which.version);
  const filled = 2 * KIB + ((which.page * 37) % 5) * KIB;
  bytes.set(seededBytes(seed + which.page * 8 + which.version, filled), 16);
  return bytes;
}

function documentPath(at: number): string {
  const folder = ["Contracts", "Quarterly reports", "Minutes of meetings"][at % 3];
  return `Documents/${folder}/${WORDS[at % WORDS.length]} ${WORDS[(5 * at) % WORDS.length]} ${at}.txt`;
}

/** A file made of pages of 8 KiB, each by its number. */
function filledBy(
  file: { readonly path: string; readonly sizeBytes: number },
  page: (number: number) => Uint8Array,
): ContentFile {
  return {
    ...file,
    modified: MADE,
    read(target, offset) {
      for (let done = 0; done < target.length; ) {
        const inPage = (offset + done) % PAGE_BYTES;
        const length = Math.min(PAGE_BYTES - inPage, target.length - done);
        target.set(page((offset + done - inPage) / PAGE_BYTES).subarray(inPage, inPage + length), done);
        done += length;
      }
    },
  };
}

function textAt(seed: number): (page: number) => Uint8Array {
  return (page) => {
    const words = seededBytes(seed * 1009 + page, 1600);
    return encoded(
      Array.from(words, (byte, at) => `${WORDS[byte % WORDS.length]}${at % 12 === 11 ? ".\r\n" : " "}`),
    );
  };
}

function logAt(seed: number): (page: number) => Uint8Array {
  return (page) => {
    const numbers = seededBytes(seed * 2003 + page, 200);
    return encoded(
      Array.from(
        numbers,
        (byte, at) =>
          `2026-04-01T10:${pad(page % 60)}:${pad(at % 60)}Z,10.0.0.${byte},GET,/orders/${page * 200 + at},200\r\n`,
      ),
    );
  };
}

function noiseAt(seed: number): (page: number) => Uint8Array {
  return (page) => seededBytes(seed * 4001 + page, PAGE_BYTES);
}

function encoded(lines: readonly string[]): Uint8Array {
  return new TextEncoder().encode(lines.join("").padEnd(PAGE_BYTES).slice(0, PAGE_BYTES));
}

function pad(number: number): string {
  return String(number).padStart(2, "0");
}
