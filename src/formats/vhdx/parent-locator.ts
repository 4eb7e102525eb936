import { type Guid, parseGuid, ZERO_GUID } from "../../base/index.ts";
import { VhdxParentLocatorCorruptError } from "./errors.ts";
import { ParentLocatorEntry, ParentLocatorHeader, VHDX_LOCATOR_TYPE } from "./layout.ts";

/** Where a differencing disk's parent is, and how it is recognised. [MS-VHDX] 2.2.6.2.6 */
export interface ParentLocator {
  /** The parent's data write GUID when the child was made. */
  readonly linkage: Guid;
  /** A second value that is right, too, after a crash in a merge. Hyper-V writes zeros for "none". */
  readonly linkage2: Guid | undefined;
  /** With backslashes, from the child's folder: `.\parent.vhdx`. */
  readonly relativePath: string | undefined;
  /** `\\?\Volume{…}\…` */
  readonly volumePath: string | undefined;
  /** `C:\…`, as Hyper-V writes it, or `\\?\C:\…`, as the specification wants it. */
  readonly absolutePath: string | undefined;
}

/** Keys as they stand in the file; they are case-sensitive. */
export const LocatorKey = Object.freeze({
  linkage: "parent_linkage",
  linkage2: "parent_linkage2",
  relativePath: "relative_path",
  volumePath: "volume_path",
  absolutePath: "absolute_win32_path",
});

/** Interprets the bytes of the item. @throws {VhdxParentLocatorCorruptError} */
export function decodeParentLocator(item: Uint8Array): ParentLocator {
  const values = decodeLocatorEntries(item);
  const linkage = guidOf(values, LocatorKey.linkage);
  if (linkage === undefined)
    throw new VhdxParentLocatorCorruptError(
      `Cannot read the parent locator: ${LocatorKey.linkage} is missing`,
    );
  const linkage2 = guidOf(values, LocatorKey.linkage2);
  return {
    linkage,
    linkage2: linkage2 === ZERO_GUID ? undefined : linkage2,
    relativePath: values.get(LocatorKey.relativePath),
    volumePath: values.get(LocatorKey.volumePath),
    absolutePath: values.get(LocatorKey.absolutePath),
  };
}

/** The keys and values as text, in file order. @throws {VhdxParentLocatorCorruptError} */
export function decodeLocatorEntries(item: Uint8Array): ReadonlyMap<string, string> {
  if (item.length < ParentLocatorHeader.sizeBytes) throw corrupt(`it has ${item.length} bytes`);
  const { locatorType, keyValueCount } = ParentLocatorHeader.decode(item);
  if (locatorType !== VHDX_LOCATOR_TYPE) throw corrupt(`it has the unknown type ${locatorType}`);
  const end = ParentLocatorHeader.sizeBytes + keyValueCount * ParentLocatorEntry.sizeBytes;
  if (end > item.length) throw corrupt(`it claims ${keyValueCount} entries`);
  const values = new Map<string, string>();
  for (let at = ParentLocatorHeader.sizeBytes; at < end; at += ParentLocatorEntry.sizeBytes) {
    const entry = ParentLocatorEntry.decode(item, at);
    const key = textAt(item, entry.keyOffset, entry.keyLength);
    if (values.has(key)) throw corrupt(`"${key}" stands twice`);
    values.set(key, textAt(item, entry.valueOffset, entry.valueLength));
  }
  return values;
}

function textAt(item: Uint8Array, offset: number, length: number): string {
  if (length % 2 !== 0 || offset + length > item.length)
    throw corrupt(`a text is said to have ${length} bytes at ${offset}`);
  return new TextDecoder("utf-16le").decode(item.subarray(offset, offset + length));
}

function guidOf(values: ReadonlyMap<string, string>, key: string): Guid | undefined {
  const text = values.get(key);
  if (text === undefined) return undefined;
  const parsed = parseGuid(text);
  if (parsed === undefined) throw corrupt(`${key} is "${text}"`);
  return parsed;
}

function corrupt(state: string): VhdxParentLocatorCorruptError {
  return new VhdxParentLocatorCorruptError(`Cannot read the parent locator: ${state}`);
}
