import { SimulatedHostInvalidError } from "../errors.ts";
import { type HostState, hostSchema } from "./schema.ts";

/** Reads the text of a `host.json`. @throws {SimulatedHostInvalidError} which names the field. */
export function parseHost(text: string, path: string): HostState {
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch (cause) {
    throw new SimulatedHostInvalidError(`Cannot use the simulated host "${path}": it is no JSON`, {
      field: "",
      cause,
    });
  }
  const result = hostSchema.safeParse(raw);
  if (!result.success) {
    const issue = result.error.issues[0];
    const field = fieldName(issue?.path ?? []);
    throw new SimulatedHostInvalidError(
      `Cannot use the simulated host "${path}": ${field === "" ? "the whole" : `"${field}"`} ${sentence(issue?.message)}`,
      { field },
    );
  }
  refuseDoubles(result.data, path);
  return result.data;
}

function refuseDoubles(host: HostState, path: string): void {
  const seen = new Set<string>();
  for (const [at, machine] of host.machines.entries()) {
    if (seen.has(machine.id)) {
      throw new SimulatedHostInvalidError(
        `Cannot use the simulated host "${path}": "machines[${at}].id" is another machine's too`,
        { field: `machines[${at}].id` },
      );
    }
    seen.add(machine.id);
  }
}

function fieldName(path: readonly PropertyKey[]): string {
  return path.reduce<string>((name, part) => {
    if (typeof part === "number") return `${name}[${part}]`;
    return name === "" ? String(part) : `${name}.${String(part)}`;
  }, "");
}

function sentence(message: string | undefined): string {
  return (message ?? "is not right").replace(/^./, (first) => first.toLowerCase());
}
