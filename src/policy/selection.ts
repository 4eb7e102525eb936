import { parseGuid } from "../base/index.ts";
import { MachineAmbiguousError, MachineUnknownError } from "./errors.ts";

/** Which machines of a host a person means. */
export type MachineSelection =
  | { readonly all: true }
  /** Each one a name, or an id in any case, with or without braces. */
  | { readonly names: readonly string[] };

/** What a machine is known by. Names are not unique, ids are. */
export interface NamedMachine {
  readonly id: string;
  readonly name: string;
}

/**
 * The machines that are meant, each once, in the host's order. An id is looked for first, then the name as it is
 * written, then the name in any case. @throws {MachineUnknownError} which names all that were not found.
 * @throws {MachineAmbiguousError}
 */
export function selectMachines<M extends NamedMachine>(
  all: readonly M[],
  wanted: MachineSelection,
): readonly M[] {
  if ("all" in wanted) return all;
  const found = wanted.names.map((name) => ({ name, machine: findMachine(all, name) }));
  const unknown = found.filter(({ machine }) => machine === undefined).map(({ name }) => name);
  if (unknown.length > 0) {
    const quoted = unknown.map((name) => `"${name}"`).join(", ");
    const known =
      all.length === 0 ? "the host has no machine" : `the host has no such machine among ${all.length}`;
    throw new MachineUnknownError(`Cannot find ${quoted}: ${known}`, unknown);
  }
  const chosen = new Set(found.map(({ machine }) => machine));
  return all.filter((machine) => chosen.has(machine));
}

function findMachine<M extends NamedMachine>(all: readonly M[], wanted: string): M | undefined {
  const id = parseGuid(wanted);
  const byId = id && all.find((machine) => parseGuid(machine.id) === id);
  if (byId) return byId;
  const exact = all.filter((machine) => machine.name === wanted);
  const candidates = exact.length > 0 ? exact : all.filter((machine) => fold(machine.name) === fold(wanted));
  if (candidates.length > 1) throw ambiguous(wanted, candidates);
  return candidates[0];
}

/** Names that look alike are one name: people type on keyboards that compose letters differently. */
function fold(name: string): string {
  return name.normalize("NFC").toLowerCase();
}

function ambiguous(name: string, candidates: readonly NamedMachine[]): MachineAmbiguousError {
  const ids = candidates.map(({ id }) => id.toUpperCase());
  const listed = candidates.map((machine, i) => `${ids[i]} ("${machine.name}")`).join(", ");
  return new MachineAmbiguousError(
    `Cannot tell which machine "${name}" is: ${candidates.length} have the name, use one of their ids: ${listed}`,
    ids,
  );
}
