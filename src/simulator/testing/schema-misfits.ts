import { type CimInstance, type CimValue, isInstance, isReference } from "../../cim/index.ts";
import type { ClassSchema, SchemaItem } from "../../cim/text/index.ts";

const INTEGERS: Readonly<Record<string, readonly [bigint, bigint]>> = {
  uint8: [0n, 2n ** 8n],
  uint16: [0n, 2n ** 16n],
  uint32: [0n, 2n ** 32n],
  uint64: [0n, 2n ** 64n],
  sint8: [-(2n ** 7n), 2n ** 7n],
  sint16: [-(2n ** 15n), 2n ** 15n],
  sint32: [-(2n ** 31n), 2n ** 31n],
  sint64: [-(2n ** 63n), 2n ** 63n],
};

/** In what an instance is not of its class, one sentence each: unknown properties, wrong types, keys that are absent. */
export function schemaMisfits(instance: CimInstance, schema: ClassSchema | undefined): readonly string[] {
  const { className, properties } = instance;
  if (schema === undefined) return [`${className} is declared nowhere`];
  const known = valueMisfits(className, properties, schema.properties);
  const absent = [...schema.properties.values()]
    .filter((item) => item.isKey && (properties[item.name] ?? null) === null)
    .map((item) => `${className} lacks its key ${item.name}`);
  return [...known, ...absent];
}

/** The same for the properties of an instance or the parameters of a method. */
export function valueMisfits(
  owner: string,
  values: Readonly<Record<string, CimValue>>,
  items: ReadonlyMap<string, SchemaItem>,
): readonly string[] {
  return Object.entries(values).flatMap(([name, value]) => {
    const item = items.get(name.toLowerCase());
    if (item === undefined) return [`${owner} has no ${name}`];
    if (item.name !== name) return [`${owner}.${name} is written ${item.name}`];
    return fits(value, item) ? [] : [`${owner}.${name} is no ${item.type}${item.isArray ? "[]" : ""}`];
  });
}

function fits(value: CimValue, item: SchemaItem): boolean {
  if (value === null) return !item.isKey;
  if (item.isArray !== Array.isArray(value)) return false;
  const values: readonly CimValue[] = Array.isArray(value) ? value : [value];
  return values.every((one) => fitsOne(one, item));
}

function fitsOne(value: CimValue, { type, isEmbedded }: SchemaItem): boolean {
  const bounds = INTEGERS[type];
  if (bounds !== undefined) return isWithin(value, bounds);
  if (type === "boolean") return typeof value === "boolean";
  if (type === "reference") return isReference(value);
  if (type === "datetime")
    return typeof value === "object" && value !== null && "kind" in value && value.kind === "moment";
  if (isEmbedded && isInstance(value)) return true;
  return typeof value === "string" && (!isEmbedded || value.startsWith("<INSTANCE "));
}

function isWithin(value: CimValue, [low, high]: readonly [bigint, bigint]): boolean {
  if (typeof value !== "bigint" && !(typeof value === "number" && Number.isInteger(value))) return false;
  return BigInt(value) >= low && BigInt(value) < high;
}
