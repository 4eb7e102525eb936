import { CimFault, type CimInstance } from "../../index.ts";
import type { ArgumentLine, BridgeRequest, NamedArgument } from "../lines/request.ts";
import { MACHINE, wireInstance } from "./wire-values.ts";

/** The other answers of docs/unconfirmed.md that a stand-in for Windows PowerShell can give, by what then happens. */
const OTHER_ANSWERS = [
  /** powershell-text-scalars: a text is not made the declared type. */
  "no-casts",
  /** powershell-gettext-null: a made instance says NULL for what it was not given. */
  "nulls",
  /** powershell-fetched-settings: a settings object that was fetched is not taken back. */
  "read-only",
  /** powershell-qualifiers: no class shows which of its texts are instances. */
  "no-qualifiers",
  /** powershell-psbase: a property hides the member of its name. */
  "hidden-members",
  /** powershell-machine-name: a path with the computer's name goes to another computer. */
  "needs-dot",
  /** powershell-extended-status: a refusal has no error object. */
  "no-extended-status",
  /** powershell-unelevated: the code of a privilege that is not held, or lists without anything in them. */
  "privilege-not-held",
  "empty-lists",
] as const;

export type OtherAnswer = (typeof OTHER_ANSWERS)[number];
type Others = ReadonlySet<OtherAnswer>;
type Asked = BridgeRequest | { readonly operation: "list"; readonly instance: CimInstance };

export function isOtherAnswer(name: string): name is OtherAnswer {
  return OTHER_ANSWERS.some((known) => known === name);
}

/** @throws {CimFault} where the other answer is a refusal; its code is Windows' own */
export function refusedBy(others: Others, asked: Asked): void {
  const refuse = (code: number, reason: string): never => {
    throw new CimFault(reason, { code, reason, provider: "stand-in" });
  };
  if (asked.operation === "list") {
    const hidden = others.has("hidden-members") && Object.hasOwn(asked.instance.properties, "Path");
    if (hidden) refuse(0x80131501, "Exception getting a member that a property hides");
    return;
  }
  if (
    asked.operation === "query" &&
    others.has("privilege-not-held") &&
    /virtualization/.test(asked.namespace)
  )
    refuse(0x80070522, "A required privilege is not held by the client.");
  if (asked.operation !== "get" && asked.operation !== "invoke") return;
  if (others.has("needs-dot") && asked.path.startsWith(`\\\\${MACHINE}\\`))
    refuse(0x800706ba, "The RPC server is unavailable.");
  if (asked.operation !== "invoke") return;
  if (others.has("no-casts") && asked.arguments.some(wantsCast))
    refuse(0x80004002, "Unable to cast object of type 'System.String' to type 'System.UInt16'.");
  if (
    others.has("read-only") &&
    asked.arguments.some(({ value }) => value.kind === "instance" && value.path !== "")
  )
    refuse(0x80041023, "Read-only");
}

/** An instance as the bridge would write it. */
export function toldBy(others: Others, instance: CimInstance): unknown {
  const told = wireInstance(instance);
  return others.has("no-qualifiers") ? withoutQualifiers(told) : told;
}

/** What a made instance is sent as. */
export function madeBy(others: Others, named: readonly NamedArgument[]): readonly NamedArgument[] {
  if (!others.has("nulls")) return named;
  return named.map(({ name, value }) => ({ name, value: withNulls(value) }));
}

/** Properties of the settings for a checkpoint, the class that instances are made of. */
const SETTINGS = [
  "ConsistencyLevel",
  "Description",
  "ElementName",
  "GuestBackupType",
  "IgnoreNonSnapshottableDisks",
  "InstanceID",
];

function withNulls(value: ArgumentLine): ArgumentLine {
  if (value.kind !== "instance" || value.path !== "") return value;
  const given = new Set(value.properties.map(({ name }) => name));
  const absent = SETTINGS.filter((name) => !given.has(name));
  const nothing = absent.map((name): NamedArgument => ({ name, value: { kind: "nothing" } }));
  return { ...value, properties: [...value.properties, ...nothing] };
}

function wantsCast({ value }: NamedArgument): boolean {
  if (value.kind === "instance") return value.properties.some(wantsCast);
  return value.kind === "text" && /^(?:-?\d+|true|false)$/.test(value.text);
}

function withoutQualifiers(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutQualifiers);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value);
  const [only] = entries;
  if (entries.length === 1 && only?.[0] === "embedded") return only[1];
  return Object.fromEntries(entries.map(([name, item]) => [name, withoutQualifiers(item)]));
}
