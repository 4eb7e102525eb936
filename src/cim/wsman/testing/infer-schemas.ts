import type { CimInstance, CimValue } from "../../index.ts";
import { isInstance } from "../../index.ts";
import type { ClassSchema, SchemaItem } from "../../text/index.ts";
import { cimTypeOfValue } from "../../text/index.ts";

/** Classes as their instances show them, for hosts that have no description of their own. By lower-case name. */
export function inferSchemas(instances: readonly CimInstance[]): ReadonlyMap<string, ClassSchema> {
  const classes = Map.groupBy(instances, ({ className }) => className.toLowerCase());
  return new Map(Array.from(classes, ([name, found]) => [name, schemaOf(found)]));
}

function schemaOf(instances: readonly CimInstance[]): ClassSchema {
  const [first] = instances as [CimInstance];
  const keys = Object.keys(first.reference?.keys ?? {});
  const items = new Map<string, SchemaItem>();
  for (const instance of instances) {
    for (const [name, value] of Object.entries(instance.properties)) {
      const known = items.get(name.toLowerCase());
      if (known !== undefined && value === null) continue;
      const item = itemOf(name, { value, isKey: keys.includes(name) });
      const isBetter = known === undefined || (known.type === "string" && !known.isEmbedded);
      if (isBetter) items.set(name.toLowerCase(), item);
    }
  }
  return { className: first.className, properties: items, methods: new Map() };
}

function itemOf(name: string, facts: { readonly value: CimValue; readonly isKey: boolean }): SchemaItem {
  const { value, isKey } = facts;
  const sample = Array.isArray(value) ? (value[0] as CimValue | undefined) : value;
  const type = sample === undefined || sample === null ? "string" : cimTypeOfValue(sample);
  return { name, type, isArray: Array.isArray(value), isEmbedded: isInstance(sample), isKey };
}
