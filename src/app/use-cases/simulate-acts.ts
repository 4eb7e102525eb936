import { localFiles } from "../../places/index.ts";
import type { SimulatedHost } from "../../simulator/index.ts";
import type { UseCaseContext } from "./context.ts";

/** A simulated machine and where it lives. */
export interface SimulatedMachineRequest {
  readonly folder: string;
  /** By name or id. */
  readonly machine: string;
}

/** The guest writes what is in a file of this computer. */
export async function simulateWrite(
  request: SimulatedMachineRequest & {
    readonly disk: number;
    readonly offset: number;
    readonly file: string;
  },
  context: UseCaseContext,
): Promise<{ readonly bytesWritten: number }> {
  await using host = await openHost(request.folder, context);
  await using source = await localFiles().open(request.file);
  await host.guestWrite(request.machine, { disk: request.disk, offset: request.offset, source });
  return { bytesWritten: source.sizeBytes };
}

/** A user makes a checkpoint, goes back to one, or removes one; by name or id. */
export async function simulateCheckpoint(
  act: "checkpoint" | "apply" | "remove",
  request: SimulatedMachineRequest & { readonly name: string },
  context: UseCaseContext,
): Promise<{ readonly id?: string }> {
  const { machine, name } = request;
  await using host = await openHost(request.folder, context);
  if (act === "checkpoint") return { id: await host.createCheckpoint(machine, name) };
  if (act === "apply") await host.applyCheckpoint(machine, name);
  else await host.removeCheckpoint(machine, name);
  return {};
}

/** What was left over on a simulated host, one sentence each. */
export async function simulateAudit(
  folder: string,
  context: UseCaseContext,
): Promise<{ readonly leftBehind: readonly string[] }> {
  await using host = await openHost(folder, context);
  return { leftBehind: await host.audit() };
}

async function openHost(folder: string, { world }: UseCaseContext): Promise<SimulatedHost> {
  const { openSimulatedHost } = await import("../../simulator/index.ts");
  return await openSimulatedHost(folder, world);
}
