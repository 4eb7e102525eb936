import { type Guid, parseGuid } from "../../../base/index.ts";

/** A shadow copy as diskshadow lists it, after `create` and for `list shadows`. */
export interface ListedShadow {
  readonly id: Guid;
  readonly set?: Guid | undefined;
  readonly alias?: string | undefined;
  /** Of the original: `\\?\Volume{…}\`. */
  readonly volume?: string | undefined;
  /** Where the original is mounted: `D:\`. */
  readonly mount?: string | undefined;
  /** `\\?\GLOBALROOT\Device\HarddiskVolumeShadowCopy7`, or `\\node\share@{…}`; without a last backslash. */
  readonly device?: string | undefined;
}

const SHADOW = /^\s*\*.*?\{([0-9a-f-]{36})\}/i;
const ALIAS = /%([^%\s]+)%/;
const SET = /(?<!Volume)\{([0-9a-f-]{36})\}/i;
const VOLUME = /(\\\\\?\\Volume\{[0-9a-f-]{36}\})\\?(?:\s*\[([^\]]+)\])?/i;
const DEVICE = /(\\\\\?\\GLOBALROOT\\Device\\[^\s\\]+|\\\\[^\s\\?]+\\[^\s\\]+@\{[0-9a-f-]{36}\})/i;
/** diskshadow repeats each command of a script. */
const ECHO = /^\s*->/;

/**
 * The shadow copies that an output lists, in its order. No word of it is understood, because its words are those of the
 * host's language: a shadow copy begins at a bullet with a GUID, and what follows is told apart by its form.
 */
export function readShadows(output: string): readonly ListedShadow[] {
  const found: Draft[] = [];
  for (const line of printedLines(output)) {
    const id = parseGuid(SHADOW.exec(line)?.[1] ?? "");
    const last = found.at(-1);
    if (id !== undefined) found.push({ id, alias: ALIAS.exec(line)?.[1] });
    else if (last !== undefined) readLine(line, last);
  }
  return found;
}

type Draft = { -readonly [K in keyof ListedShadow]: ListedShadow[K] };

/** The set's id stands before the volume; GUIDs behind that are of providers. */
function readLine(line: string, shadow: Draft): void {
  const volume = VOLUME.exec(line);
  const device = DEVICE.exec(line)?.[1];
  if (volume !== null) {
    shadow.volume ??= `${volume[1]}\\`;
    shadow.mount ??= volume[2];
  } else if (device !== undefined) shadow.device ??= device;
  else if (shadow.volume === undefined) shadow.set ??= parseGuid(SET.exec(line)?.[1] ?? "");
}

/** What the program printed, without the script's own commands. */
export function printedLines(output: string): readonly string[] {
  return output.split(/\r?\n/).filter((line) => !ECHO.test(line));
}

/** The text of a log that diskshadow wrote; its encoding is not documented, and all that matters in it is ASCII. */
export function logText(bytes: Uint8Array): string {
  const isWide = bytes.length > 1 && bytes.subarray(0, 64).includes(0);
  const text = new TextDecoder(isWide ? "utf-16le" : "utf-8").decode(bytes);
  return text.replaceAll("\u0000", "");
}
