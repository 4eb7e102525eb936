import { windowsFileName } from "../../places/index.ts";
import type { ScriptedProgramEntry } from "../state/program-state.ts";
import type { HostState } from "../state/schema.ts";

/** A call of a program, as the host's shell would find it. */
export interface ProgramCall {
  readonly program: string;
  readonly arguments: readonly string[];
}

export type FoundProgram =
  | { readonly kind: "diskshadow"; readonly arguments: readonly string[] }
  | { readonly kind: "scheduler"; readonly arguments: readonly string[] }
  | { readonly kind: "scripted"; readonly entry: ScriptedProgramEntry };

const WORKSTATION = 1;

/**
 * The program that a call means: diskshadow of a server, one of the scenario's, or the host's schtasks, also behind `cmd.exe /c` and
 * `powershell.exe -File`. Undefined where the host has none of this name.
 */
export function findProgram(host: HostState, call: ProgramCall): FoundProgram | undefined {
  const key = programKey(call.program);
  // servers only: hyperv-facts 3.4
  if (key === "diskshadow" && host.os.productType !== WORKSTATION)
    return { kind: "diskshadow", arguments: call.arguments };
  const entry = (host.programs ?? []).find(({ name }) => isNamed(name, call.program));
  if (entry !== undefined) return { kind: "scripted", entry };
  if (key === "schtasks") return { kind: "scheduler", arguments: call.arguments };
  const inner = unwrapped(key, call.arguments);
  return inner === undefined ? undefined : findProgram(host, inner);
}

function unwrapped(key: string, given: readonly string[]): ProgramCall | undefined {
  if (key === "cmd") return afterSwitch(given.map(withoutOuterQuotes), /^\/[ck]$/i);
  if (key === "powershell" || key === "pwsh") return afterSwitch(given, /^-f(ile)?$/i);
  return undefined;
}

/** As `cmd.exe /s` reads its line: the first and the last quotation mark go, whatever stands between them (`cmd /?`). */
function withoutOuterQuotes(argument: string): string {
  return /^".*"$/s.test(argument) ? argument.slice(1, -1) : argument;
}

/** What follows the switch; one text with all of it is parted at its spaces. */
function afterSwitch(given: readonly string[], name: RegExp): ProgramCall | undefined {
  const at = given.findIndex((argument) => name.test(argument));
  const rest = at < 0 ? [] : given.slice(at + 1);
  const [first, ...others] = rest.length === 1 ? partsOf(rest[0] ?? "") : rest;
  return first === undefined ? undefined : { program: first, arguments: others };
}

function partsOf(text: string): readonly string[] {
  return Array.from(text.matchAll(/"([^"]*)"|(\S+)/g), ([, quoted, plain]) => quoted ?? plain ?? "");
}

function isNamed(name: string, program: string): boolean {
  const [wanted, asked] = [programKey(name), programKey(program)];
  return wanted === asked || withoutExtension(wanted) === asked || wanted === withoutExtension(asked);
}

function programKey(program: string): string {
  return windowsFileName(program.replaceAll('"', ""))
    .toLowerCase()
    .replace(/\.exe$/, "");
}

function withoutExtension(key: string): string {
  return key.replace(/\.[^.]*$/, "");
}
