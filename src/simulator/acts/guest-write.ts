import { MIB } from "../../base/index.ts";
import type { ByteSource } from "../../disk/index.ts";
import { SimulatedActRefusedError } from "../errors.ts";
import { hasWorker } from "../state/lineage.ts";
import type { MachineEntry } from "../state/schema.ts";
import type { ActContext } from "./act-context.ts";

export interface GuestWriteOptions {
  /** Index in the machine's disks. */
  readonly disk: number;
  /** Bytes of the virtual disk; with the length, whole sectors. */
  readonly offset: number;
  readonly bytes?: Uint8Array | undefined;
  readonly source?: ByteSource | undefined;
}

const PIECE_BYTES = 4 * MIB;

/** The guest writes to one of its disks, through the leaf. @throws {SimulatedActRefusedError} */
export async function guestWrite(
  context: ActContext,
  machine: MachineEntry,
  options: GuestWriteOptions,
): Promise<void> {
  if (!hasWorker(machine) || machine.state === "paused")
    throw cannotWrite(machine, `it is ${machine.state}, and only a running guest writes`);
  const disk = machine.disks[options.disk];
  if (disk?.path === undefined) throw cannotWrite(machine, `it has no virtual disk ${options.disk}`);
  const facts = await context.disks.facts(disk.path);
  const length = options.bytes?.length ?? options.source?.sizeBytes ?? 0;
  const { logicalSectorBytes, virtualSizeBytes } = facts;
  if (options.offset % logicalSectorBytes !== 0 || length % logicalSectorBytes !== 0)
    throw cannotWrite(machine, `guests write whole sectors of ${logicalSectorBytes} bytes`);
  if (options.offset + length > virtualSizeBytes)
    throw cannotWrite(machine, `the disk ends at ${virtualSizeBytes}`);
  for (let done = 0; done < length; done += PIECE_BYTES) {
    const bytes = await piece(options, done, Math.min(PIECE_BYTES, length - done));
    const sameSession = disk.written === true;
    await context.disks.write(disk.path, { offset: options.offset + done, bytes, sameSession });
    disk.written = true;
  }
}

async function piece(options: GuestWriteOptions, at: number, length: number): Promise<Uint8Array> {
  if (options.bytes !== undefined) return options.bytes.subarray(at, at + length);
  const bytes = new Uint8Array(length);
  await options.source?.read(bytes, at);
  return bytes;
}

function cannotWrite(machine: MachineEntry, state: string): SimulatedActRefusedError {
  return new SimulatedActRefusedError(`Cannot write to a disk of "${machine.name}": ${state}`);
}
