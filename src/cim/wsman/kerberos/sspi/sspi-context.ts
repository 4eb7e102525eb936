import type { SealedMessage } from "../../ntlm/ntlm-session.ts";
import { KerberosHandshakeError } from "../errors.ts";
import type { Out } from "../gssapi/gss-functions.ts";
import { bindNativeLibrary, lending } from "../native-library.ts";
import { principalOf } from "../principal.ts";
import type { SecurityContext, SecurityContextRequest } from "../security-context.ts";
import { channelBindings } from "./channel-bindings.ts";
import { sspiError } from "./sspi-failure.ts";
import { bindSspiFunctions, type SspiFunctions, type SspiHandle, type SspiSizes } from "./sspi-functions.ts";
import { identityOf } from "./sspi-identity.ts";
import { SSPI_CHANNEL_BINDINGS, SSPI_DATA, SSPI_TOKEN, SspiMessage } from "./sspi-message.ts";

const LIBRARY = "secur32.dll";
/** SPNEGO, which the identity keeps from falling back to NTLM. */
const PACKAGE = "Negotiate";
const OUTBOUND = 2;
const NATIVE_REPRESENTATION = 0x10;
/** ISC_REQ_… and ISC_RET_…: mutual 2, replay 4, sequence 8, confidentiality 0x10, integrity 0x10000. All are insisted on. */
const WANTED = 0x1_001e;
const ALLOCATE = 0x100;
/** SEC_I_CONTINUE_NEEDED. */
const GOES_ON = 0x9_0312;
/** SECPKG_ATTR_SIZES. */
const SIZES = 0;

/** Kerberos by Windows' SSPI. Nobody has run it on Windows yet (`sspi-kerberos`, `sspi-never-ntlm`). */
export class SspiContext implements SecurityContext {
  readonly #functions: SspiFunctions;
  readonly #request: SecurityContextRequest;
  #credential: SspiHandle | undefined;
  #context: SspiHandle | undefined;
  #tokenBytes = 0;
  #isComplete = false;
  #isStepping = false;
  #isDisposed = false;

  private constructor(functions: SspiFunctions, request: SecurityContextRequest) {
    this.#functions = functions;
    this.#request = request;
  }

  /** Nobody is asked for anything yet. @throws {KerberosLibraryError} */
  static async open(request: SecurityContextRequest, library = LIBRARY): Promise<SspiContext> {
    return new SspiContext(await bindNativeLibrary(library, bindSspiFunctions), request);
  }

  get isComplete(): boolean {
    return this.#isComplete;
  }

  async step(token?: Uint8Array): Promise<Uint8Array> {
    if (this.#isDisposed || this.#isStepping || this.#isComplete) {
      throw new TypeError("the handshake is over, or a step of it still runs");
    }
    this.#isStepping = true;
    try {
      this.#credential ??= await this.#acquire();
      return await this.#initialize(this.#credential, token);
    } finally {
      this.#isStepping = false;
      if (this.#isDisposed) this.#release();
    }
  }

  seal(message: Uint8Array): SealedMessage {
    const token = new Uint8Array(this.#tokenBytes);
    const data = new Uint8Array(message); // a copy, sealed where it stands
    const parts = new SspiMessage(this.#functions, [
      { kind: SSPI_TOKEN, bytes: token },
      { kind: SSPI_DATA, bytes: data },
    ]);
    const status = this.#functions.encryptMessage(this.#complete(), 0, parts.descriptor, 0);
    if (status !== 0) throw this.#error(status);
    return { signature: parts.written(0), sealed: parts.written(1) };
  }

  open(message: SealedMessage): Uint8Array | undefined {
    const quality: Out<number> = [0];
    const parts = new SspiMessage(this.#functions, [
      { kind: SSPI_TOKEN, bytes: new Uint8Array(message.signature) },
      { kind: SSPI_DATA, bytes: new Uint8Array(message.sealed) },
    ]);
    const status = this.#functions.decryptMessage(this.#complete(), parts.descriptor, 0, quality);
    // a quality other than 0 says that the message was signed and not sealed
    return status === 0 && quality[0] === 0 ? parts.written(1) : undefined;
  }

  [Symbol.dispose](): void {
    if (this.#isDisposed) return;
    this.#isDisposed = true;
    if (!this.#isStepping) this.#release();
  }

  async #acquire(): Promise<SspiHandle> {
    const credential = {} as SspiHandle;
    const identity = identityOf(this.#request.account, this.#functions.structures.identity.size);
    const status = await this.#functions.acquireCredentialsHandle(
      ...([null, PACKAGE, OUTBOUND, null, identity, null, null, credential, {}] as const),
    );
    if (status !== 0) throw this.#error(status);
    return credential;
  }

  async #initialize(credential: SspiHandle, token: Uint8Array | undefined): Promise<Uint8Array> {
    const functions = this.#functions;
    const binding = this.#request.channelBinding;
    const input = new SspiMessage(functions, [
      ...(token === undefined ? [] : [{ kind: SSPI_TOKEN, bytes: new Uint8Array(token) }]),
      ...(binding === undefined ? [] : [{ kind: SSPI_CHANNEL_BINDINGS, bytes: channelBindings(binding) }]),
    ]);
    const output = new SspiMessage(functions, [{ kind: SSPI_TOKEN, bytes: null }]);
    const attributes: Out<number> = [0];
    const context = {} as SspiHandle;
    const call = functions.initializeSecurityContext(
      ...([credential, this.#context ?? null, this.#service, WANTED | ALLOCATE, 0] as const),
      ...([NATIVE_REPRESENTATION, input.descriptor.count === 0 ? null : input.descriptor, 0] as const),
      ...([context, output.descriptor, attributes, {}] as const),
    );
    const status = await lending([input, output], call);
    const said = output.take(0);
    if (status !== 0 && status !== GOES_ON) throw this.#error(status);
    this.#context = context;
    if (status === 0) this.#finish(context, attributes[0]);
    return said;
  }

  #finish(context: SspiHandle, attributes: number): void {
    if ((attributes & WANTED) !== WANTED) {
      const systemText = "the host does not agree to prove itself and to seal";
      throw new KerberosHandshakeError(`Cannot sign in to "${this.#service}" with Kerberos: ${systemText}`, {
        ...this.#facts(),
        major: 0,
        systemText,
      });
    }
    const sizes = {} as SspiSizes;
    const status = this.#functions.queryContextAttributes(context, SIZES, sizes);
    if (status !== 0) throw this.#error(status);
    this.#tokenBytes = sizes.trailerBytes;
    this.#isComplete = true;
  }

  #complete(): SspiHandle {
    if (this.#context === undefined || !this.#isComplete || this.#isDisposed) {
      throw new TypeError("nothing can be sealed before the handshake, or after the end");
    }
    return this.#context;
  }

  get #service(): string {
    return `HTTP/${this.#request.host}`;
  }

  #facts(): { readonly principal: string | undefined; readonly service: string } {
    return { principal: principalOf(this.#request.account), service: this.#service };
  }

  #error(status: number): Error {
    return sspiError(status, this.#facts());
  }

  #release(): void {
    if (this.#context !== undefined) this.#functions.deleteSecurityContext(this.#context);
    if (this.#credential !== undefined) this.#functions.freeCredentialsHandle(this.#credential);
    this.#context = undefined;
    this.#credential = undefined;
  }
}
