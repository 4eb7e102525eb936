import assert from "node:assert/strict";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { test } from "node:test";
import { Secret, systemClock, systemEntropy } from "../../base/index.ts";
import { HostCommandError } from "../../places/index.ts";
import { WIRE_PASSWORD, WIRE_USER, WireScene } from "../../simulator/testing/index.ts";
import { SecretMissingError, UsageError } from "../errors.ts";
import { parseWinrmAddress } from "../winrm-address.ts";
import { openRemoteHost } from "./open-remote-host.ts";

const WORLD = { clock: systemClock, entropy: systemEntropy };
const OS = "SELECT * FROM Win32_OperatingSystem";

/** Passes connections on, and counts them. */
class CountingRelay implements AsyncDisposable {
  readonly #server: ReturnType<typeof createServer>;
  readonly #sockets = new Set<Socket>();
  connections = 0;

  private constructor(target: number) {
    this.#server = createServer((incoming) => {
      this.connections++;
      const outgoing = connect(target, "127.0.0.1");
      for (const [from, to] of [
        [incoming, outgoing],
        [outgoing, incoming],
      ] as const) {
        this.#sockets.add(from);
        from.on("error", () => to.destroy());
        from.pipe(to);
      }
    });
  }

  static async open(target: number): Promise<CountingRelay> {
    const relay = new CountingRelay(target);
    const listening = Promise.withResolvers<void>();
    relay.#server.listen(0, "127.0.0.1", listening.resolve);
    await listening.promise;
    return relay;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = Promise.withResolvers<void>();
    this.#server.close(() => closed.resolve());
    for (const socket of this.#sockets) socket.destroy();
    await closed.promise;
  }
}

test("`openRemoteHost()` sends nothing by itself, asks over one connection, and signs in once more for programs", async () => {
  await using there = await WireScene.open();
  await using relay = await CountingRelay.open(there.port);
  await using resources = new AsyncDisposableStack();
  const host = `winrm://${WIRE_USER}@127.0.0.1:${relay.port}`;
  const request = { host, hostPassword: new Secret(WIRE_PASSWORD) };
  const remote = await openRemoteHost(parseWinrmAddress(host), request, { world: WORLD, resources });
  assert.equal(relay.connections, 0);
  for (let i = 0; i < 3; i++) {
    const rows = await Array.fromAsync(remote.session.query("root\\cimv2", OS));
    assert.equal(rows[0]?.properties["ProductType"], 3);
  }
  assert.equal(relay.connections, 1);
  for (let i = 0; i < 2; i++) {
    const missing = remote.commands.run("nosuch.exe", { arguments: [], timeoutMs: 30_000 });
    await assert.rejects(missing, (error) => error instanceof HostCommandError && error.reason === "missing");
  }
  assert.equal(relay.connections, 2);
});

test("`openRemoteHost()` refuses what cannot be safe or cannot be meant, before anything is sent", async () => {
  await using resources = new AsyncDisposableStack();
  const open = async (request: Parameters<typeof openRemoteHost>[1]): Promise<unknown> =>
    await openRemoteHost(parseWinrmAddress(request.host), request, { world: WORLD, resources });
  const host = "winrm://admin@hv01";
  const hostPassword = new Secret("x");
  await assert.rejects(open({ host }), SecretMissingError);
  await assert.rejects(open({ host, hostPassword, hostAuth: "basic" }), UsageError);
  await assert.rejects(open({ host, hostPassword, hostCertificate: "00".repeat(32) }), UsageError);
});
