import type { Guid } from "../../base/index.ts";
import { type ByteSource, readBytes } from "../../disk/index.ts";
import type { VhdDynamicHeader } from "./dynamic-header.ts";
import { VhdDamagedError } from "./errors.ts";
import { LOCATOR_SLOTS, ParentLocator } from "./layout.ts";

/** What a differencing VHD says about its parent. */
export interface VhdParentFacts {
  /** The unique id in the parent's footer: the only thing that decides whether a file is the parent. */
  readonly parentId: Guid;
  /** The parent's file name when the child was made; empty when not stated. */
  readonly parentName: string;
  /** `W2ru`: relative to the child's folder, with backslashes. */
  readonly relativePath: string | undefined;
  /** `W2ku`: absolute, on the host that made it. */
  readonly absolutePath: string | undefined;
}

/** Long enough for every Windows path; a longer one is damage, not a reason to allocate. */
const LONGEST_TEXT_BYTES = 65_536;
const FAR_PATHS = { W2ru: "relativePath", W2ku: "absolutePath" } as const;

/** Reads the locators of a differencing disk. Kinds other than `W2ru` and `W2ku` are passed over. */
export async function readParentFacts(source: ByteSource, header: VhdDynamicHeader): Promise<VhdParentFacts> {
  const paths: { relativePath?: string; absolutePath?: string } = {};
  for (let slot = 0; slot < LOCATOR_SLOTS; slot++) {
    const locator = ParentLocator.decode(header.locators, slot * ParentLocator.sizeBytes);
    const name = (FAR_PATHS as Readonly<Record<string, "relativePath" | "absolutePath">>)[locator.platform];
    if (name === undefined || locator.dataLength === 0) continue;
    const { dataOffset, dataLength } = locator;
    if (dataLength > LONGEST_TEXT_BYTES || dataOffset + dataLength > source.sizeBytes) {
      throw new VhdDamagedError(
        `Cannot read the parent locator "${locator.platform}": ${dataLength} bytes at ${dataOffset} are no path`,
      );
    }
    const text = utf16(await readBytes(source, dataOffset, dataLength), "little-endian");
    paths[name] ??= text;
  }
  return {
    parentId: header.parentId,
    parentName: utf16(header.parentName, "big-endian"),
    relativePath: paths.relativePath,
    absolutePath: paths.absolutePath,
  };
}

/** Up to the first NUL or the end; an odd last byte is no character. */
function utf16(bytes: Uint8Array, order: "little-endian" | "big-endian"): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let text = "";
  for (let at = 0; at + 1 < bytes.length; at += 2) {
    const unit = view.getUint16(at, order === "little-endian");
    if (unit === 0) break;
    text += String.fromCharCode(unit);
  }
  return text;
}
