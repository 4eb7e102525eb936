import assert from "node:assert/strict";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { test } from "node:test";
import { noEvents, systemEntropy } from "../../../base/index.ts";
import { openHypervHost, USUAL_PATIENCE } from "../../../hyperv/index.ts";
import { MemoryJournal } from "../../../hyperv/testing/index.ts";
import { SCENE_MACHINE, Scene } from "../../../simulator/testing/index.ts";
import { CimService } from "../service/cim-service.ts";
import { KerberosHost, needsKerberos } from "../testing/kerberos-host.ts";
import { KerberosRealm } from "../testing/kerberos-realm.ts";
import { observedSchemas } from "../testing/observed-schemas.ts";
import { transportTo } from "../testing/wire.ts";
import { WsmanSession } from "../wsman-session.ts";

/** Answers envelopes that somebody else has opened. */
async function listen(service: CimService): Promise<Server> {
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { status, envelope } = await service.answer(await text(request));
    response.writeHead(status);
    response.end(envelope);
  };
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => response.destroy(error as Error));
  });
  const listening = Promise.withResolvers<void>();
  server.listen(0, "127.0.0.1", () => listening.resolve());
  await listening.promise;
  return server;
}

test(
  "a machine of a simulated host is held and let go by messages that Kerberos seals",
  needsKerberos(),
  async () => {
    await using realm = await KerberosRealm.open();
    realm.addUser("backup", "Correct horse 7");
    realm.addService("HTTP/localhost");
    Object.assign(process.env, realm.environment); // each test file has a process of its own
    realm.signIn("backup", "Correct horse 7");
    await using scene = await Scene.open();
    const service = new CimService({ ...observedSchemas(scene.session), entropy: systemEntropy });
    await using server = await listen(service);
    const { port } = server.address() as AddressInfo;
    await using peer = await KerberosHost.open(realm.environment, { forward: `http://127.0.0.1:${port}/` });
    const transport = transportTo(peer.port, {
      host: "localhost",
      authentication: "kerberos",
      account: undefined,
    });
    await using session = WsmanSession.open({ transport, entropy: systemEntropy });
    const { clock, entropy } = scene;
    const files = scene.host.files();
    const journal = new MemoryJournal();
    await using host = await openHypervHost({ session, files, clock, entropy, journal, hostKey: "wire" });
    const machine = (await host.machines()).find(({ id }) => id === SCENE_MACHINE.toLowerCase());
    assert.ok(machine);
    const held = await host.hold(machine.id, {
      events: noEvents,
      step: "s1",
      patience: USUAL_PATIENCE,
      run: "run-1",
    });
    assert.equal(held.reached, "application");
    assert.deepEqual((await held.release()).leftBehind, []);
  },
);
