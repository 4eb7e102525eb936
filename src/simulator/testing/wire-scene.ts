import { Secret, systemClock, systemEntropy } from "../../base/index.ts";
import {
  declaredSchemas,
  HttpTransport,
  type HttpTransportOptions,
  WinrsCommands,
  WsmanSession,
} from "../../cim/wsman/index.ts";
import { CLASSIC_CLASSES } from "../../hyperv/index.ts";
import { type ServedHost, type ServeHostOptions, serveSimulatedHost } from "../wire/serve-host.ts";
import { Scene, type SceneOptions } from "./scene.ts";

export const WIRE_USER = "admin";
export const WIRE_PASSWORD = "Passw0rd!";

/** A scene whose host answers on a port of this computer, with clients for it. */
export class WireScene implements AsyncDisposable {
  readonly scene: Scene;
  readonly served: ServedHost;
  /** The usual client. */
  readonly session: WsmanSession;
  /** What the listener could tell nobody. */
  readonly failures: readonly unknown[];

  readonly #resources: AsyncDisposableStack;

  private constructor(
    parts: Pick<WireScene, "scene" | "served" | "session" | "failures">,
    resources: AsyncDisposableStack,
  ) {
    this.#resources = resources;
    this.scene = parts.scene;
    this.served = parts.served;
    this.session = parts.session;
    this.failures = parts.failures;
  }

  static async open(options: SceneOptions = {}, changed: Partial<ServeHostOptions> = {}): Promise<WireScene> {
    await using opening = new AsyncDisposableStack();
    const scene = opening.use(await Scene.open(options));
    const failures: unknown[] = [];
    const served = opening.use(
      await serveSimulatedHost(scene.host, {
        account: { user: WIRE_USER, password: new Secret(WIRE_PASSWORD) },
        http: { host: "127.0.0.1", port: 0 },
        clock: systemClock,
        entropy: systemEntropy,
        onFailure: (error) => failures.push(error),
        ...changed,
      }),
    );
    const session = opening.use(sessionTo(served));
    return new WireScene({ scene, served, session, failures }, opening.move());
  }

  get port(): number {
    return this.served.http?.address.port ?? 0;
  }

  transport(changed: Partial<HttpTransportOptions> = {}): HttpTransport {
    return transportTo(this.served, changed);
  }

  /** Programs of the host, through a shell of their own. */
  commands(): WinrsCommands {
    return new WinrsCommands({ transport: this.transport(), clock: systemClock, entropy: systemEntropy });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#resources.disposeAsync();
  }
}

function sessionTo(served: ServedHost): WsmanSession {
  // as the product composes it
  const schemas = declaredSchemas(CLASSIC_CLASSES);
  return WsmanSession.open({ transport: transportTo(served), entropy: systemEntropy, schemas });
}

function transportTo(served: ServedHost, changed: Partial<HttpTransportOptions> = {}): HttpTransport {
  return HttpTransport.open({
    protocol: "http:",
    host: "127.0.0.1",
    port: served.http?.address.port ?? 0,
    account: { user: WIRE_USER, domain: "", password: new Secret(WIRE_PASSWORD) },
    clock: systemClock,
    entropy: systemEntropy,
    ...changed,
  });
}
