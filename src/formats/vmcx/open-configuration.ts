import { type ByteSource, readBytes } from "../../disk/index.ts";
import { XmlConfigurationError } from "./errors.ts";
import type { KeyNode } from "./key-tree.ts";
import { STORAGE_SIGNATURE } from "./layout.ts";
import { type KeyValueStoreLimits, openKeyValueStore } from "./open-key-value-store.ts";
import { LARGEST_XML_BYTES, parseXmlConfiguration } from "./parse-xml-configuration.ts";

/**
 * The tree of a configuration file, .vmcx or XML: its first bytes say which, or, where the first header of a .vmcx is
 * damaged, that it does not begin as XML does. The source stays the caller's. Errors are those of the two readers.
 */
export async function openConfiguration(
  source: ByteSource,
  limits: KeyValueStoreLimits = {},
): Promise<KeyNode> {
  if (!(await beginsAsXml(source))) return (await openKeyValueStore(source, limits)).root;
  if (source.sizeBytes > LARGEST_XML_BYTES)
    throw new XmlConfigurationError(`it has ${source.sizeBytes} bytes`);
  return parseXmlConfiguration(await readBytes(source, 0, source.sizeBytes));
}

/** A mark of UTF-8 or UTF-16, or a `<` in one of them. */
async function beginsAsXml(source: ByteSource): Promise<boolean> {
  const start = await readBytes(source, 0, Math.min(4, source.sizeBytes));
  if (start.length < 4) return true;
  const first = new DataView(start.buffer).getUint32(0, true);
  if (first === STORAGE_SIGNATURE) return false;
  const [a, b] = start;
  const isMark = (a === 0xff && b === 0xfe) || (a === 0xfe && b === 0xff) || (a === 0xef && b === 0xbb);
  return isMark || a === 0x3c || (a === 0 && b === 0x3c);
}
