import type { CimType, ClassSchema, SchemaItem } from "../../../cim/text/index.ts";
import { Release } from "../../state/host-version.ts";

/** A class as its declaration has it, with what only newer releases have. */
export interface DeclaredClass {
  readonly name: string;
  readonly since: number;
  readonly properties: readonly DeclaredItem[];
  readonly methods: readonly {
    readonly name: string;
    readonly since: number;
    readonly parameters: readonly DeclaredItem[];
  }[];
}

export interface DeclaredItem extends SchemaItem {
  /** Of a parameter. */
  readonly direction: "in" | "out";
  readonly since: number;
}

const TYPES: readonly string[] = [
  "boolean",
  "string",
  "uint8",
  "uint16",
  "uint32",
  "uint64",
  "sint32",
  "sint64",
  "datetime",
  "object",
] satisfies readonly CimType[];
const COMMENT = /\/\/[^\n]*/g;
const CLASS = /(\[[^\]]*\]\s*)?class\s+(\w+)\s*\{([^}]*)\}\s*;/g;
const METHOD = /^(\[[^\]]*\]\s*)?uint32\s+(\w+)\s*\((.*)\)$/s;
const ITEM = /^(\[[^\]]*\]\s*)?(\w+)\s+(REF\s+)?(\w+)\s*(\[\s*\])?$/s;

/**
 * Reads declarations in the part of MOF (DSP0004) that the Hyper-V reference is written in: classes with properties,
 * references and methods, the qualifiers Key, EmbeddedInstance, In and Out, and one of our own, `Since(release)`.
 */
export function parseMof(text: string): readonly DeclaredClass[] {
  const bare = text.replaceAll(COMMENT, "");
  const classes = Array.from(bare.matchAll(CLASS), ([, qualifiers, name, body]) =>
    declaredClass(name as string, { qualifiers, body: body as string }),
  );
  if (classes.length !== [...bare.matchAll(/\bclass\s/g)].length)
    throw new TypeError("A class declaration cannot be read");
  return classes;
}

function declaredClass(
  name: string,
  parts: { readonly qualifiers: string | undefined; readonly body: string },
): DeclaredClass {
  const statements = parts.body
    .split(";")
    .map((one) => one.trim())
    .filter((one) => one !== "");
  const methods = statements.filter((one) => METHOD.test(one)).map(declaredMethod);
  const properties = statements.filter((one) => !METHOD.test(one)).map(declaredItem);
  return { name, since: sinceOf(parts.qualifiers), properties, methods };
}

function declaredMethod(statement: string): DeclaredClass["methods"][number] {
  const [, qualifiers, name = "", list = ""] = METHOD.exec(statement) ?? [];
  const parameters = list
    .split(/,(?![^[]*\])/) // not those inside qualifiers
    .map((one) => one.trim())
    .filter((one) => one !== "");
  return { name, since: sinceOf(qualifiers), parameters: parameters.map(declaredItem) };
}

function declaredItem(statement: string): DeclaredItem {
  const [, qualifiers = "", type, reference, name, array] = ITEM.exec(statement) ?? [];
  const isKnown = reference !== undefined || (type !== undefined && isDeclaredType(type));
  if (type === undefined || name === undefined || !isKnown)
    throw new TypeError(`Not a declaration: ${statement}`);
  return {
    name,
    type: isDeclaredType(type) ? type : "reference",
    isArray: array !== undefined,
    isEmbedded: /\bEmbeddedInstance\b/i.test(qualifiers),
    isKey: /\bKey\b/i.test(qualifiers),
    direction: /\bOut\b/i.test(qualifiers) ? "out" : "in",
    since: sinceOf(qualifiers),
  };
}

function isDeclaredType(type: string): type is CimType {
  return TYPES.includes(type);
}

function sinceOf(qualifiers: string | undefined): number {
  const name = /\bSince\((\w+)\)/i.exec(qualifiers ?? "")?.[1];
  if (name === undefined) return 0;
  if (!(name in Release)) throw new TypeError(`There is no release "${name}"`);
  return Release[name as keyof typeof Release];
}

/** The class as a release has it; undefined when it has none. */
export function schemaOf(declared: DeclaredClass, release: number): ClassSchema | undefined {
  if (release < declared.since) return undefined;
  const methods = declared.methods.filter(({ since }) => release >= since);
  return {
    className: declared.name,
    properties: itemsOf(declared.properties, release),
    methods: new Map(
      methods.map(({ name, parameters }) => [name.toLowerCase(), itemsOf(parameters, release)]),
    ),
  };
}

function itemsOf(items: readonly DeclaredItem[], release: number): ReadonlyMap<string, DeclaredItem> {
  return new Map(
    items.filter(({ since }) => release >= since).map((item) => [item.name.toLowerCase(), item]),
  );
}
