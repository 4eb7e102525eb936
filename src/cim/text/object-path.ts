import type { CimReference } from "../index.ts";

/**
 * The text form of a reference, for properties of type string: `\\.\root\virtualization\v2:Class.Key="a\\b"`. The dot
 * is the host itself.
 */
export function objectPathOf(reference: CimReference): string {
  return `\\\\.\\${reference.namespace}:${relativePathOf(reference)}`;
}

/** The same without host and namespace: what `ASSOCIATORS OF {…}` takes. */
export function relativePathOf({ className, keys }: CimReference): string {
  const bindings = Object.entries(keys).map(([name, value]) =>
    typeof value === "string" ? `${name}="${value.replaceAll(/["\\]/g, "\\$&")}"` : `${name}=${value}`,
  );
  return bindings.length === 0 ? `${className}=@` : `${className}.${bindings.join(",")}`;
}
