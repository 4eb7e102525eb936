import { Secret, systemClock, systemEntropy } from "../../../base/index.ts";
import type { CimSession } from "../../index.ts";
import { CimService, type CimServiceOptions } from "../service/cim-service.ts";
import { HttpTransport, type HttpTransportOptions } from "../transport/http-transport.ts";
import { WsmanSession } from "../wsman-session.ts";
import { LoopbackHost, type LoopbackOptions } from "./loopback-host.ts";
import { observedSchemas } from "./observed-schemas.ts";

export const USER = "backup";
export const PASSWORD = "Correct horse 7";

/** What a loopback host needs to know of its one account. */
export const ntlmAccount: LoopbackOptions["ntlm"] = {
  passwordOf: (user) => (user.toLowerCase() === USER ? new Secret(PASSWORD) : undefined),
  computerName: "HV01",
  clock: systemClock,
  entropy: systemEntropy,
};

/** A client's transport to a loopback host. */
export function transportTo(port: number, changed: Partial<HttpTransportOptions> = {}): HttpTransport {
  return HttpTransport.open({
    protocol: "http:",
    host: "127.0.0.1",
    port,
    account: { user: USER, domain: "", password: new Secret(PASSWORD) },
    clock: systemClock,
    entropy: systemEntropy,
    ...changed,
  });
}

/** A CimSession through the wire to another one in the same process. */
export class Wire implements AsyncDisposable {
  readonly session: WsmanSession;
  readonly host: LoopbackHost;
  /** Envelopes that the host was asked, in order. */
  readonly asked: string[];

  private constructor(parts: { session: WsmanSession; host: LoopbackHost; asked: string[] }) {
    this.session = parts.session;
    this.host = parts.host;
    this.asked = parts.asked;
  }

  static async open(
    behind: CimSession,
    options: {
      readonly service?: Partial<CimServiceOptions>;
      readonly host?: Partial<LoopbackOptions>;
      readonly transport?: Partial<HttpTransportOptions>;
    } = {},
  ): Promise<Wire> {
    const asked: string[] = [];
    const service = new CimService({
      ...observedSchemas(behind),
      entropy: systemEntropy,
      ...options.service,
    });
    const host = await LoopbackHost.open({
      ntlm: ntlmAccount,
      answer: async (envelope) => {
        asked.push(envelope);
        try {
          return await service.answer(envelope);
        } catch {
          return "break";
        }
      },
      ...options.host,
    });
    const transport = transportTo(host.port, options.transport);
    const session = WsmanSession.open({ transport, entropy: systemEntropy });
    return new Wire({ session, host, asked });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.session[Symbol.asyncDispose]();
    await this.host[Symbol.asyncDispose]();
  }
}
