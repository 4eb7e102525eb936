import { promisify } from "node:util";
import type { LibraryHandle, TypeObject } from "koffi";
import type { Koffi, NativePointer } from "../native-library.ts";
import type { Oid } from "./object-identifiers.ts";

/** gss_buffer_desc. Its bytes are ours when they go in, and the library's when they come out. */
export interface GssBuffer {
  readonly length: number;
  readonly value: Uint8Array | NativePointer | null;
}

/** gss_iov_buffer_desc. */
export interface GssIov {
  readonly type: number;
  readonly buffer: GssBuffer;
}

export interface GssOidSet {
  readonly count: number;
  readonly elements: readonly Oid[];
}

/** gss_channel_bindings_struct; addresses are left empty. */
export interface GssChannelBindings {
  readonly initiatorAddressType: number;
  readonly initiatorAddress: GssBuffer;
  readonly acceptorAddressType: number;
  readonly acceptorAddress: GssBuffer;
  readonly applicationData: GssBuffer;
}

/** A place that the library writes a value into. */
export type Out<T> = [T];
type Major = number;
type OutMinor = Out<number>;
type OutPointer = Out<NativePointer | null>;
type Opaque = NativePointer | null;

/** The functions of GSSAPI that are used here. Those that give a promise may wait for the realm; the rest only computes. */
export interface GssFunctions {
  readonly koffi: Koffi;
  readonly sizes: Readonly<Record<"buffer" | "iov" | "bindings", number>>;
  initSecContext(
    minor: OutMinor,
    credential: Opaque,
    context: OutPointer,
    target: Opaque,
    mechanism: Oid,
    flags: number,
    seconds: number,
    bindings: GssChannelBindings | null,
    input: GssBuffer | null,
    actualMechanism: null,
    output: object,
    actualFlags: Out<number>,
    actualSeconds: null,
  ): Promise<Major>;
  acquireCred(
    minor: OutMinor,
    name: Opaque,
    seconds: number,
    mechanisms: GssOidSet,
    usage: number,
    credential: OutPointer,
    actualMechanisms: null,
    actualSeconds: null,
  ): Promise<Major>;
  acquireCredWithPassword(
    minor: OutMinor,
    name: Opaque,
    password: GssBuffer,
    seconds: number,
    mechanisms: GssOidSet,
    usage: number,
    credential: OutPointer,
    actualMechanisms: null,
    actualSeconds: null,
  ): Promise<Major>;
  importName(minor: OutMinor, text: GssBuffer, kind: Oid, name: OutPointer): Major;
  setNegMechs(minor: OutMinor, credential: Opaque, mechanisms: GssOidSet): Major;
  displayStatus(
    minor: OutMinor,
    value: number,
    kind: number,
    mechanism: Oid | null,
    more: Out<number>,
    text: object,
  ): Major;
  wrapIov(
    minor: OutMinor,
    context: Opaque,
    wantsSealing: number,
    quality: number,
    isSealed: Out<number>,
    buffers: readonly GssIov[],
    count: number,
  ): Major;
  unwrapIov(
    minor: OutMinor,
    context: Opaque,
    isSealed: Out<number>,
    quality: Out<number>,
    buffers: readonly GssIov[],
    count: number,
  ): Major;
  releaseBuffer(minor: OutMinor, released: object): Major;
  releaseIov(minor: OutMinor, released: readonly GssIov[], count: number): Major;
  releaseName(minor: OutMinor, name: OutPointer): Major;
  releaseCred(minor: OutMinor, credential: OutPointer): Major;
  deleteSecContext(minor: OutMinor, context: OutPointer, token: null): Major;
}

type Direction = ReturnType<Koffi["out"]>;
type Outs = [Direction, Direction, Direction];
type Parameter = string | TypeObject | Direction;

/** Every signature of GSSAPI in this program: RFC 2744, and MIT's gssapi_ext.h for what came later. */
export function bindGssFunctions(koffi: Koffi, library: LibraryHandle): GssFunctions {
  const buffer = koffi.struct({ length: "size_t", value: "void *" });
  const oid = koffi.struct({ length: "uint32_t", elements: "void *" });
  const oidSet = koffi.struct({ count: "size_t", elements: koffi.pointer(oid) });
  const iov = koffi.struct({ type: "uint32_t", buffer });
  const bindings = koffi.struct({
    initiatorAddressType: "uint32_t",
    initiatorAddress: buffer,
    acceptorAddressType: "uint32_t",
    acceptorAddress: buffer,
    applicationData: buffer,
  });
  const u32 = "uint32_t";
  const any = "void *";
  const [inBuffer, inOid, inOidSet] = [koffi.pointer(buffer), koffi.pointer(oid), koffi.pointer(oidSet)];
  const inBindings = koffi.pointer(bindings);
  const [outU32, outInt, outAny] = [u32, "int", any].map((type) => koffi.out(koffi.pointer(type))) as Outs;
  const outBuffer = koffi.out(koffi.pointer(buffer));
  const [ioU32, ioAny] = [koffi.inout(koffi.pointer(u32)), koffi.inout(koffi.pointer(any))];
  const [ioBuffer, ioIov] = [koffi.inout(koffi.pointer(buffer)), koffi.inout(koffi.pointer(iov))];
  // each gives a major status, and the minor one through its first parameter
  const bind = (name: string, parameters: readonly Parameter[]): ReturnType<LibraryHandle["func"]> =>
    library.func(`gss_${name}`, u32, [outU32, ...parameters]);
  type Later = (...values: readonly unknown[]) => Promise<Major>;
  const later = (name: string, parameters: readonly Parameter[]): Later =>
    promisify(bind(name, parameters).async) as unknown as Later;
  const contextFacts = [inBuffer, any, outBuffer, outU32, any];
  const acquired = [u32, inOidSet, "int", outAny, any, any];
  return {
    koffi,
    sizes: { buffer: buffer.size, iov: iov.size, bindings: bindings.size },
    initSecContext: later("init_sec_context", [
      any,
      ioAny,
      any,
      inOid,
      u32,
      u32,
      inBindings,
      ...contextFacts,
    ]),
    acquireCred: later("acquire_cred", [any, ...acquired]),
    acquireCredWithPassword: later("acquire_cred_with_password", [any, inBuffer, ...acquired]),
    importName: bind("import_name", [inBuffer, inOid, outAny]),
    setNegMechs: bind("set_neg_mechs", [any, inOidSet]),
    displayStatus: bind("display_status", [u32, "int", inOid, ioU32, outBuffer]),
    wrapIov: bind("wrap_iov", [any, "int", u32, outInt, ioIov, "int"]),
    unwrapIov: bind("unwrap_iov", [any, outInt, outU32, ioIov, "int"]),
    releaseBuffer: bind("release_buffer", [ioBuffer]),
    releaseIov: bind("release_iov_buffer", [ioIov, "int"]),
    releaseName: bind("release_name", [ioAny]),
    releaseCred: bind("release_cred", [ioAny]),
    deleteSecContext: bind("delete_sec_context", [ioAny, any]),
  };
}
