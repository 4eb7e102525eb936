import type * as koffiModule from "koffi";
import { KerberosLibraryError } from "./errors.ts";

/** The package that calls foreign functions. */
export type Koffi = typeof koffiModule;

/** An address in memory that is not ours. */
export type NativePointer = bigint;

/** Loads koffi, not before somebody needs it, and binds a system library's functions. @throws {KerberosLibraryError} */
export async function bindNativeLibrary<T>(
  name: string,
  bind: (koffi: Koffi, library: koffiModule.LibraryHandle) => T,
): Promise<T> {
  try {
    const koffi = await import("koffi");
    return bind(koffi, koffi.load(name));
  } catch (error) {
    const state = "this system has no such library, or it does not load";
    throw new KerberosLibraryError(`Cannot use Kerberos through "${name}": ${state}`, {
      library: name,
      cause: error,
    });
  }
}

/** A copy of foreign bytes; the caller owns it. */
export function copyNative(koffi: Koffi, address: NativePointer | null, lengthBytes: number): Uint8Array {
  if (address === null || lengthBytes === 0) return new Uint8Array();
  return new Uint8Array(koffi.view(address, lengthBytes)).slice();
}

const lent = new Set<object>();

/**
 * Waits for a call that reads bytes of ours from another thread. They stay where they are until it is over: koffi itself
 * keeps nothing from the garbage collector that stands in a structure.
 */
export async function lending<T>(bytes: readonly object[], call: Promise<T>): Promise<T> {
  const loan = [...bytes];
  lent.add(loan);
  try {
    return await call;
  } finally {
    lent.delete(loan);
  }
}
