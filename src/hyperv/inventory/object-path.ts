import { type Guid, parseGuid } from "../../base/index.ts";
import { type CimValue, isReference } from "../../cim/index.ts";

/**
 * A key of an instance that a property points to. CIM properties of type "reference" come as references; others
 * (`Parent`, `HostResource`) carry the same as text: `\\HV01\root\virtualization\v2:Class.Key="a\\b",…`.
 * Undefined when the value points to nothing or has no such key.
 */
export function keyOfTarget(value: CimValue | undefined, key: string): string | undefined {
  if (isReference(value)) {
    const found = Object.entries(value.keys).find(([name]) => name.toLowerCase() === key.toLowerCase());
    return found === undefined ? undefined : String(found[1]);
  }
  if (typeof value !== "string") return undefined;
  for (const [, name, quoted] of value.matchAll(/[.,](\w+)="((?:[^"\\]|\\.)*)"/g)) {
    if (name?.toLowerCase() === key.toLowerCase()) return quoted?.replaceAll(/\\(.)/g, "$1");
  }
  return undefined;
}

/**
 * The settings object that a resource belongs to: the first GUID of `Microsoft:<guid>\<controller>\…`. For live settings
 * that is the machine's id, for a checkpoint's the checkpoint's own.
 */
export function ownerOfInstanceId(instanceId: string): Guid | undefined {
  const found = /^Microsoft:([0-9a-f-]{36})(?:\\|$)/i.exec(instanceId);
  return found?.[1] === undefined ? undefined : parseGuid(found[1]);
}
