import type { CimReference } from "../../cim/index.ts";

const PATH = /^(?:\\\\([^\\]+)\\)?(?:(root(?:\\\w+)*):)?(\w+)(?:\.(.*)|=(@))?$/is;
const KEY = /\s*(\w+)\s*=\s*(?:"((?:\\.|[^"\\])*)"|([\w.-]+))\s*(?:,|$)/gy;

/** The text that string properties carry where they mean an object: inner backslashes and quotes are escaped. */
export function objectPath(host: string, reference: CimReference): string {
  const keys = Object.entries(reference.keys)
    .map(([name, value]) =>
      typeof value === "string" ? `${name}="${value.replaceAll(/["\\]/g, "\\$&")}"` : `${name}=${value}`,
    )
    .join(",");
  return `\\\\${host}\\${reference.namespace}:${reference.className}${keys === "" ? "=@" : `.${keys}`}`;
}

/** Reads an object path, with or without host and namespace; undefined when the text is none. */
export function objectPathReference(text: string, defaultNamespace: string): CimReference | undefined {
  const found = PATH.exec(text);
  if (found?.[3] === undefined) return undefined;
  const keys: Record<string, string | number> = {};
  const list = found[4] ?? "";
  KEY.lastIndex = 0;
  while (KEY.lastIndex < list.length) {
    const key = KEY.exec(list);
    if (key?.[1] === undefined) return undefined;
    keys[key[1]] = key[2] === undefined ? Number(key[3]) : key[2].replaceAll(/\\(.)/g, "$1");
  }
  return { kind: "reference", namespace: found[2] ?? defaultNamespace, className: found[3], keys };
}
