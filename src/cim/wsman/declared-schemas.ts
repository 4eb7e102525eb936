import type { DeclaredClass } from "../index.ts";
import type { ClassSchema, SchemaItem } from "../text/index.ts";
import { isCimType } from "../text/index.ts";
import type { SchemaSource } from "./class-descriptions.ts";
import type { ClassPlace } from "./messages/resource-uri.ts";

/** Describes classes by their declarations, for hosts that do not (before Windows Server 2012). */
export function declaredSchemas(classes: readonly DeclaredClass[]): SchemaSource {
  const known = new Map(classes.map((declared) => [keyOf(declared), schemaOf(declared)]));
  return (place) => known.get(keyOf(place));
}

function schemaOf({ className, keys, properties }: DeclaredClass): ClassSchema {
  const items = Object.entries(properties).map(([name, written]): [string, SchemaItem] => {
    const isArray = written.endsWith("[]");
    const type = isArray ? written.slice(0, -2) : written;
    if (!isCimType(type)) throw new TypeError(`"${written}" of ${className}.${name} is no type`);
    return [name.toLowerCase(), { name, type, isArray, isEmbedded: false, isKey: keys.includes(name) }];
  });
  return { className, properties: new Map(items), methods: new Map() };
}

function keyOf({ namespace, className }: ClassPlace): string {
  return `${namespace.replaceAll("/", "\\")}:${className}`.toLowerCase();
}
