import type { Guid } from "../../../base/index.ts";
import { MachineNotInWriterError, WriterFailedError } from "../../errors.ts";
import type { MachineInventory } from "../../inventory/machine-inventory.ts";
import type { HostAccess } from "../host-access.ts";
import { announcedMethod, type HoldingMethod } from "./announced-method.ts";
import { readShadows } from "./diskshadow-output.ts";
import { INSPECTION } from "./diskshadow-script.ts";
import { runDiskshadow, type ShadowPaths } from "./run-diskshadow.ts";
import { readVssFailure } from "./vss-failure.ts";
import { HYPERV_WRITER } from "./vss-names.ts";
import { type ListedComponent, type ListedWriter, readWriters } from "./writer-listing.ts";

/** What VSS has on the host before anything is made. */
export interface WriterReport {
  readonly writers: readonly ListedWriter[];
  /** The machine, as the Hyper-V writer lists it. */
  readonly component: ListedComponent;
  readonly otherComponents: readonly string[];
  readonly method: HoldingMethod;
  /** Shadow copies that stand already. */
  readonly standing: readonly Guid[];
}

const INSPECTION_LIMIT_MS = 10 * 60_000;

/** Asks for writers, components and standing shadow copies. @throws {WriterFailedError}, {MachineNotInWriterError} */
export async function inspectWriters(
  access: HostAccess,
  paths: ShadowPaths,
  machine: MachineInventory,
): Promise<WriterReport> {
  const result = await runDiskshadow(access, paths, { script: INSPECTION, timeoutMs: INSPECTION_LIMIT_MS });
  const writers = readWriters(result.output);
  const facts = { machine: { id: machine.id, name: machine.name } };
  const action = `Cannot back up "${machine.name}"`;
  const ours = writers.filter(({ id }) => id === HYPERV_WRITER);
  if (ours.length === 0) {
    const { code, hostSentence, sentence } = readVssFailure(result);
    const why = result.exitCode === 0 ? "" : ` (${sentence})`;
    throw new WriterFailedError(`${action}: the Hyper-V VSS writer is not among the host's writers${why}`, {
      ...facts,
      retry: "after-repair",
      hostCode: code,
      hostSentence,
    });
  }
  const components = ours.flatMap((writer) => writer.components);
  const component = components.find(({ name }) => name.toLowerCase() === machine.id);
  if (component === undefined) {
    throw new MachineNotInWriterError(
      `${action}: the Hyper-V VSS writer lists ${components.length} components, and it is none of them`,
      facts,
    );
  }
  return {
    writers,
    component,
    otherComponents: components.filter((one) => one !== component).map(({ fullName }) => fullName),
    method: announcedMethod(component.caption, machine.name),
    standing: readShadows(result.output).map(({ id }) => id),
  };
}
