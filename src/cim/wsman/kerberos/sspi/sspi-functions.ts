import { promisify } from "node:util";
import type { LibraryHandle, TypeObject } from "koffi";
import type { Out } from "../gssapi/gss-functions.ts";
import type { Koffi, NativePointer } from "../native-library.ts";

/** SecHandle: a credential or a context. */
export interface SspiHandle {
  readonly lower: bigint | number;
  readonly upper: bigint | number;
}

/** SecBuffer, as it is read back. Its bytes are ours, or SSPI's own and to be released where it allocated them. */
export interface SspiBuffer {
  readonly lengthBytes: number;
  readonly kind: number;
  readonly bytes: NativePointer | null;
}

/** SecBufferDesc. What it points to are SecBuffers in memory that must stay until the call is over. */
export interface SspiBuffers {
  readonly version: number;
  readonly count: number;
  readonly buffers: Uint8Array;
}

/** SEC_WINNT_AUTH_IDENTITY_EXW, lengths in characters without the closing zero. */
export interface SspiIdentity {
  readonly version: number;
  readonly sizeBytes: number;
  readonly user: string | null;
  readonly userLength: number;
  readonly domain: string | null;
  readonly domainLength: number;
  readonly password: string | null;
  readonly passwordLength: number;
  readonly flags: number;
  readonly packages: string;
  readonly packagesLength: number;
}

/** SecPkgContext_Sizes. */
export interface SspiSizes {
  readonly tokenBytes: number;
  readonly signatureBytes: number;
  readonly blockBytes: number;
  readonly trailerBytes: number;
}

type Status = number;

/** The functions of SSPI that are used here. Those that give a promise may wait for the domain; the rest only computes. */
export interface SspiFunctions {
  readonly koffi: Koffi;
  readonly structures: SspiStructures;
  acquireCredentialsHandle(
    principal: null,
    packageName: string,
    use: number,
    logon: null,
    identity: SspiIdentity,
    keyFunction: null,
    keyArgument: null,
    credential: object,
    expiry: object,
  ): Promise<Status>;
  initializeSecurityContext(
    credential: SspiHandle,
    context: SspiHandle | null,
    target: string,
    requirements: number,
    reserved: number,
    representation: number,
    input: SspiBuffers | null,
    reservedToo: number,
    newContext: object,
    output: SspiBuffers,
    attributes: Out<number>,
    expiry: object,
  ): Promise<Status>;
  queryContextAttributes(context: SspiHandle, attribute: number, sizes: object): Status;
  encryptMessage(context: SspiHandle, quality: number, message: SspiBuffers, sequence: number): Status;
  decryptMessage(context: SspiHandle, message: SspiBuffers, sequence: number, quality: Out<number>): Status;
  deleteSecurityContext(context: SspiHandle): Status;
  freeCredentialsHandle(credential: SspiHandle): Status;
  freeContextBuffer(bytes: NativePointer): Status;
}

type Parameter = string | TypeObject | ReturnType<Koffi["out"]>;

/** Every signature of SSPI in this program: sspi.h, in the forms with wide characters. */
export function bindSspiFunctions(koffi: Koffi, library: LibraryHandle): SspiFunctions {
  const structures = sspiStructures(koffi);
  const { handle, expiry, buffers, identity, packageSizes } = structures;
  const [inHandle, inBuffers, inIdentity] = [handle, buffers, identity].map((type) =>
    koffi.pointer(type),
  ) as [TypeObject, TypeObject, TypeObject];
  const [outHandle, outExpiry] = [koffi.out(koffi.pointer(handle)), koffi.out(koffi.pointer(expiry))];
  const outSizes = koffi.out(koffi.pointer(packageSizes));
  const [u32, text, any] = ["uint32_t", "str16", "void *"];
  const outU32 = koffi.out(koffi.pointer(u32));
  const bind = (name: string, parameters: readonly Parameter[]): ReturnType<LibraryHandle["func"]> =>
    library.func("__stdcall", name, "uint32_t", [...parameters]);
  type Later = (...values: readonly unknown[]) => Promise<Status>;
  const later = (name: string, parameters: readonly Parameter[]): Later =>
    promisify(bind(name, parameters).async) as unknown as Later;
  const acquired = [text, text, u32, any, inIdentity, any, any, outHandle, outExpiry];
  const initialised = [inHandle, inHandle, text, u32, u32, u32, inBuffers, u32];
  const results = [outHandle, inBuffers, outU32, outExpiry];
  return {
    koffi,
    structures,
    acquireCredentialsHandle: later("AcquireCredentialsHandleW", acquired),
    initializeSecurityContext: later("InitializeSecurityContextW", [...initialised, ...results]),
    queryContextAttributes: bind("QueryContextAttributesW", [inHandle, u32, outSizes]),
    encryptMessage: bind("EncryptMessage", [inHandle, u32, inBuffers, u32]),
    decryptMessage: bind("DecryptMessage", [inHandle, inBuffers, u32, outU32]),
    deleteSecurityContext: bind("DeleteSecurityContext", [inHandle]),
    freeCredentialsHandle: bind("FreeCredentialsHandle", [inHandle]),
    freeContextBuffer: bind("FreeContextBuffer", [any]),
  };
}

/** The structures as sspi.h has them. */
export type SspiStructures = Readonly<
  Record<"handle" | "expiry" | "buffer" | "buffers" | "identity" | "packageSizes", TypeObject>
>;

export function sspiStructures(koffi: Koffi): SspiStructures {
  return {
    handle: koffi.struct({ lower: "uintptr_t", upper: "uintptr_t" }),
    expiry: koffi.struct({ low: "uint32_t", high: "int32_t" }),
    buffer: koffi.struct({ lengthBytes: "uint32_t", kind: "uint32_t", bytes: "void *" }),
    buffers: koffi.struct({ version: "uint32_t", count: "uint32_t", buffers: "void *" }),
    identity: koffi.struct({
      version: "uint32_t",
      sizeBytes: "uint32_t",
      user: "str16",
      userLength: "uint32_t",
      domain: "str16",
      domainLength: "uint32_t",
      password: "str16",
      passwordLength: "uint32_t",
      flags: "uint32_t",
      packages: "str16",
      packagesLength: "uint32_t",
    }),
    packageSizes: koffi.struct({
      tokenBytes: "uint32_t",
      signatureBytes: "uint32_t",
      blockBytes: "uint32_t",
      trailerBytes: "uint32_t",
    }),
  };
}
