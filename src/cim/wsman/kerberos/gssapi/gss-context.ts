import type { SealedMessage } from "../../ntlm/ntlm-session.ts";
import { bindNativeLibrary, lending, type NativePointer } from "../native-library.ts";
import { principalOf } from "../principal.ts";
import type { KerberosAccount, SecurityContext, SecurityContextRequest } from "../security-context.ts";
import { gssError } from "./gss-failure.ts";
import {
  bindGssFunctions,
  type GssBuffer,
  type GssChannelBindings,
  type GssFunctions,
  type Out,
} from "./gss-functions.ts";
import { openMessage, sealMessage } from "./gss-seal.ts";
import { describeStatus, type GssStatus, isFailure, takeBytes } from "./gss-status.ts";
import { HOST_SERVICE, KERBEROS, type Oid, SPNEGO, USER_NAME } from "./object-identifiers.ts";

const LIBRARY = "libgssapi_krb5.so.2";
/** GSS_C_INITIATE and GSS_C_INDEFINITE. */
const INITIATE = 1;
const INDEFINITE = 0xffff_ffff;
/** RFC 2744 4.2 flags: mutual 2, replay 4, sequence 8, confidentiality 16, integrity 32. All are insisted on. */
const WANTED = 2 | 4 | 8 | 16 | 32;
/** GSS_S_CONTINUE_NEEDED. */
const GOES_ON = 1;

/** Kerberos by the system's GSSAPI, as MIT's library has it. */
export class GssContext implements SecurityContext {
  readonly #functions: GssFunctions;
  readonly #service: string;
  readonly #account: KerberosAccount | undefined;
  readonly #bindings: GssChannelBindings | null;
  readonly #target: Out<NativePointer | null> = [null];
  /** For Kerberos alone. */
  readonly #ownCredential: Out<NativePointer | null> = [null];
  readonly #credential: Out<NativePointer | null> = [null];
  readonly #context: Out<NativePointer | null> = [null];
  #isComplete = false;
  #isStepping = false;
  #hasFailed = false;
  #isDisposed = false;

  private constructor(functions: GssFunctions, request: SecurityContextRequest) {
    this.#functions = functions;
    this.#service = `HTTP/${request.host}`;
    this.#account = request.account;
    this.#bindings = bindingsOf(request.channelBinding);
  }

  /** Nobody is asked for anything yet. @throws {KerberosLibraryError} {KerberosError} */
  static async open(request: SecurityContextRequest): Promise<GssContext> {
    const functions = await bindNativeLibrary(LIBRARY, bindGssFunctions);
    const context = new GssContext(functions, request);
    try {
      context.#importName(`HTTP@${request.host}`, HOST_SERVICE, context.#target);
      return context;
    } catch (error) {
      context[Symbol.dispose]();
      throw error;
    }
  }

  get isComplete(): boolean {
    return this.#isComplete;
  }

  async step(token?: Uint8Array): Promise<Uint8Array> {
    if (this.#isDisposed || this.#isStepping || this.#isComplete || this.#hasFailed) {
      throw new TypeError("the handshake is over, or a step of it still runs");
    }
    this.#isStepping = true;
    try {
      if (this.#credential[0] === null) await this.#acquire();
      return await this.#init(token);
    } catch (error) {
      this.#hasFailed = true; // what was acquired may not be restricted to Kerberos yet
      throw error;
    } finally {
      this.#isStepping = false;
      if (this.#isDisposed) this.#release();
    }
  }

  seal(message: Uint8Array): SealedMessage {
    return sealMessage(this.#functions, this.#complete(), message);
  }

  open(message: SealedMessage): Uint8Array | undefined {
    return openMessage(this.#functions, this.#complete(), message);
  }

  [Symbol.dispose](): void {
    if (this.#isDisposed) return;
    this.#isDisposed = true;
    if (!this.#isStepping) this.#release();
  }

  async #init(token: Uint8Array | undefined): Promise<Uint8Array> {
    const minor: Out<number> = [0];
    const flags: Out<number> = [0];
    const output = {} as GssBuffer;
    const context = this.#context;
    const major = await this.#call([SPNEGO, this.#credential[0]], { context, token, minor, flags, output });
    try {
      if (isFailure({ major, minor: 0 })) throw await this.#failure({ major, minor: minor[0] });
      this.#isComplete = (major & GOES_ON) === 0;
      if (this.#isComplete && (flags[0] & WANTED) !== WANTED) {
        this.#isComplete = false;
        const systemText = "the host does not agree to prove itself and to seal";
        throw gssError({ major, minor: 0 }, { ...this.#facts(), systemText });
      }
      return takeBytes(this.#functions, output);
    } finally {
      this.#functions.releaseBuffer([0], output);
    }
  }

  async #call(
    [mechanism, credential]: readonly [Oid, NativePointer | null],
    call: {
      readonly context: Out<NativePointer | null>;
      readonly token: Uint8Array | undefined;
      readonly minor: Out<number>;
      readonly flags: Out<number>;
      readonly output: object;
    },
  ): Promise<number> {
    const { token } = call;
    const done = this.#functions.initSecContext(
      call.minor,
      credential,
      call.context,
      this.#target[0],
      mechanism,
      WANTED,
      0,
      this.#bindings,
      token === undefined ? null : bufferOf(token),
      null,
      call.output,
      call.flags,
      null,
    );
    return await lending(token === undefined ? [] : [token], done);
  }

  /**
   * SPNEGO gives statuses of its own numbering. Where the very first step failed, Kerberos is asked once more without
   * SPNEGO around it, only to hear its own status.
   */
  async #failure(status: GssStatus): Promise<Error> {
    if (this.#context[0] !== null) return this.#error(status);
    const minor: Out<number> = [0];
    const context: Out<NativePointer | null> = [null];
    const output = {} as GssBuffer;
    const call = { context, token: undefined, minor, flags: [0] as Out<number>, output };
    const major = await this.#call([KERBEROS, this.#ownCredential[0]], call);
    this.#functions.releaseBuffer([0], output);
    if (context[0] !== null) this.#functions.deleteSecContext([0], context, null);
    const plain = { major, minor: minor[0] };
    return this.#error(isFailure(plain) ? plain : status);
  }

  /**
   * A credential for SPNEGO that has Kerberos to offer and nothing else, NTLM least of all. One for Kerberos alone comes
   * first: only then a wrong password is tried once and not twice, and Kerberos' own status is heard.
   */
  async #acquire(): Promise<void> {
    const name: Out<NativePointer | null> = [null];
    const principal = principalOf(this.#account);
    try {
      if (principal !== undefined) this.#importName(principal, USER_NAME, name);
      await this.#acquireFor(KERBEROS, name[0], this.#ownCredential);
      await this.#acquireFor(SPNEGO, name[0], this.#credential);
      const minor: Out<number> = [0];
      const only = { count: 1, elements: [KERBEROS] };
      const major = this.#functions.setNegMechs(minor, this.#credential[0], only);
      if (isFailure({ major, minor: 0 })) throw this.#error({ major, minor: minor[0] });
    } finally {
      if (name[0] !== null) this.#functions.releaseName([0], name);
    }
  }

  async #acquireFor(
    mechanism: Oid,
    name: NativePointer | null,
    credential: Out<NativePointer | null>,
  ): Promise<void> {
    const minor: Out<number> = [0];
    const password = this.#account?.password;
    const rest = [INDEFINITE, { count: 1, elements: [mechanism] }, INITIATE, credential, null, null] as const;
    const secret = password === undefined ? undefined : Buffer.from(password.reveal());
    try {
      const major =
        secret === undefined
          ? await this.#functions.acquireCred(minor, name, ...rest)
          : await this.#functions.acquireCredWithPassword(minor, name, bufferOf(secret), ...rest);
      if (isFailure({ major, minor: 0 })) throw this.#error({ major, minor: minor[0] });
    } finally {
      secret?.fill(0);
    }
  }

  #importName(text: string, kind: Oid, name: Out<NativePointer | null>): void {
    const minor: Out<number> = [0];
    const major = this.#functions.importName(minor, bufferOf(Buffer.from(text)), kind, name);
    if (isFailure({ major, minor: 0 })) throw this.#error({ major, minor: minor[0] });
  }

  #complete(): NativePointer {
    const [context] = this.#context;
    if (context === null || !this.#isComplete || this.#isDisposed) {
      throw new TypeError("nothing can be sealed before the handshake, or after the end");
    }
    return context;
  }

  #error(status: GssStatus): Error {
    return gssError(status, { ...this.#facts(), systemText: describeStatus(this.#functions, status) });
  }

  #facts(): { readonly principal: string | undefined; readonly service: string } {
    return { principal: principalOf(this.#account), service: this.#service };
  }

  #release(): void {
    const functions = this.#functions;
    if (this.#context[0] !== null) functions.deleteSecContext([0], this.#context, null);
    if (this.#credential[0] !== null) functions.releaseCred([0], this.#credential);
    if (this.#ownCredential[0] !== null) functions.releaseCred([0], this.#ownCredential);
    if (this.#target[0] !== null) functions.releaseName([0], this.#target);
  }
}

function bufferOf(bytes: Uint8Array): GssBuffer {
  return { length: bytes.length, value: bytes };
}

/** RFC 2744 3.11, as [MS-KILE] wants it: only application data. */
function bindingsOf(applicationData: Uint8Array | undefined): GssChannelBindings | null {
  if (applicationData === undefined) return null;
  const none = { length: 0, value: null };
  return {
    initiatorAddressType: 0,
    initiatorAddress: none,
    acceptorAddressType: 0,
    acceptorAddress: none,
    applicationData: bufferOf(applicationData),
  };
}
