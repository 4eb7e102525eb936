import {
  type Storage,
  StorageObjectMissingError,
  StorageObjectTruncatedError,
  StorageUnreadableError,
} from "../../storage/index.ts";
import { VaultDamagedError } from "../errors.ts";

/** Reads what must be there. @throws {VaultDamagedError} when it is gone, too short, or on bytes that the disk does not give. */
export async function getOrDamaged(
  storage: Pick<Storage, "get">,
  object: string,
  options: NonNullable<Parameters<Storage["get"]>[1]> = {},
): Promise<Uint8Array> {
  try {
    const bytes = await storage.get(object, options);
    if (bytes.length === (options.length ?? bytes.length)) return bytes;
  } catch (error) {
    if (error instanceof StorageObjectMissingError) {
      throw new VaultDamagedError(object, "it is gone", { cause: error });
    }
    if (error instanceof StorageObjectTruncatedError) {
      throw new VaultDamagedError(object, "it is shorter than it was", { cause: error });
    }
    if (error instanceof StorageUnreadableError) {
      throw new VaultDamagedError(object, "the storage cannot read it", { cause: error });
    }
    throw error;
  }
  throw new VaultDamagedError(object, "it was read in part only"); // a store that keeps no promises
}

/** Whether an error says that an object is not there: a prune may have taken it. */
export function isGone(error: unknown): boolean {
  return error instanceof VaultDamagedError && error.cause instanceof StorageObjectMissingError;
}

/** Whether an error says that an object is shorter than what was asked of it. */
export function isCutOff(error: unknown): boolean {
  return error instanceof VaultDamagedError && error.cause instanceof StorageObjectTruncatedError;
}

/** Whether nobody saw what the bytes are: they may be sound, and be read another day. */
export function isUnreadable(error: unknown): boolean {
  return error instanceof VaultDamagedError && error.cause instanceof StorageUnreadableError;
}

/** The same bytes in a buffer that holds nothing else and can be given away. */
export function ownBuffer(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const isOwn = bytes.byteLength === bytes.buffer.byteLength && bytes.buffer instanceof ArrayBuffer;
  return isOwn ? (bytes as Uint8Array<ArrayBuffer>) : new Uint8Array(bytes);
}
