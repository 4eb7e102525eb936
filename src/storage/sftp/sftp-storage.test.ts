import assert from "node:assert/strict";
import { mkdirSync, readdirSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { needs } from "../../../test/testing/oracles.ts";
import { Workplace } from "../../../test/testing/stillpoint.ts";
import { holdsVault } from "../../../test/testing/vault-in-store.ts";
import { Secret, systemClock } from "../../base/index.ts";
import { FakeClock, SeededEntropy } from "../../base/testing/index.ts";
import { SSH_PROGRAMS, SshServer, storageContract } from "../testing/index.ts";
import { openSftpStorage } from "./open-sftp-storage.ts";
import type { SftpPlace } from "./sftp-place.ts";
import type { SftpStorage } from "./sftp-storage.ts";

describe("SFTP by OpenSSH's server", needs(...SSH_PROGRAMS), () => {
  let server: SshServer;
  before(async () => {
    server = await SshServer.start();
  });
  after(async () => {
    await server?.[Symbol.asyncDispose]();
  });

  const place = (name: string): SftpPlace => ({
    user: server.user,
    host: "127.0.0.1",
    port: server.port,
    path: join(server.folder, "store", name),
    hostKey: server.hostKey,
  });
  const open = async (
    name: string,
    more: { readonly create?: true } = { create: true },
  ): Promise<SftpStorage> =>
    await openSftpStorage(place(name), {
      credentials: { privateKey: new Secret(server.privateKey) },
      ...more,
    });

  storageContract("a folder over SFTP", async (name) => await open(name), {
    conditionalCreate: true,
    objectLock: false,
    latency: "network",
  });

  test("refuses a host key that is not the one, and says both", async () => {
    const hostKey = "SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    const credentials = { privateKey: new Secret(server.privateKey) };
    await assert.rejects(openSftpStorage({ ...place("x"), hostKey }, { credentials }), (error) => {
      assert.ok(error instanceof Error && "code" in error);
      assert.equal(error.code, "storage-untrusted");
      assert.ok(error.message.includes(server.hostKey) && error.message.includes(hostKey));
      return true;
    });
  });

  test("a wrong user is denied, a missing folder missing, a closed port unreachable", async () => {
    const password = new Secret("wrong");
    await assert.rejects(openSftpStorage(place("x"), { credentials: { password } }), {
      code: "storage-denied",
    });
    await assert.rejects(open("not-there", {}), { code: "storage-missing" });
    const credentials = { privateKey: new Secret(server.privateKey) };
    await assert.rejects(openSftpStorage({ ...place("x"), port: 1 }, { credentials }), {
      code: "storage-unreachable",
    });
  });

  test("leaves nothing but objects and its scratch folder, and passes over what is none", async () => {
    await using store = await open("clean");
    await store.put("packs/a", [Buffer.from("12345")]);
    await assert.rejects(store.put("packs/a", [Buffer.from("x")]), { code: "storage-object-exists" });
    const folder = join(server.folder, "store/clean");
    assert.deepEqual(readdirSync(folder).sort(), [".tmp", "packs"]);
    assert.deepEqual(readdirSync(join(folder, ".tmp")), []);
    mkdirSync(join(server.folder, "store/elsewhere"));
    writeFileSync(join(server.folder, "store/elsewhere/b"), "1");
    symlinkSync(join(server.folder, "store/elsewhere"), join(folder, "linked"));
    writeFileSync(join(folder, "Thumbs.db"), "foreign");
    const listed = await Array.fromAsync(store.list(""));
    assert.deepEqual(listed, [
      { name: "linked/b", sizeBytes: 1 },
      { name: "packs/a", sizeBytes: 5 },
    ]);
  });

  test("a change that the server refuses is denied", async () => {
    await using readOnly = await SshServer.start({ readOnly: true });
    const where = { ...place("x"), port: readOnly.port, hostKey: readOnly.hostKey, path: readOnly.folder };
    const credentials = { privateKey: new Secret(readOnly.privateKey) };
    await using store = await openSftpStorage(where, { credentials });
    await assert.rejects(store.put("a", [Buffer.from("x")]), { code: "storage-denied" });
    await assert.rejects(store.delete("log"), { code: "storage-denied" });
  });

  test("carries 16 MiB there and back unharmed", async () => {
    await using store = await open("large");
    const part = new SeededEntropy(1).bytes(1_000_003);
    const parts = Array.from({ length: 16 }, () => part);
    await store.put("packs/large", parts);
    assert.ok(Buffer.from(await store.get("packs/large")).equals(Buffer.concat(parts)));
  });

  test("a connection that was lost fails its calls, and the next call has another one", async () => {
    await using inner = await open("lost");
    await inner.put("a", [Buffer.from("x")]);
    server.cutLine();
    await assert.rejects(inner.get("a"), { code: "storage-unreachable" });
    server.mendLine();
    assert.equal(Buffer.from(await inner.get("a")).toString(), "x");
  });

  test("many calls that find the connection lost make one together", async () => {
    await using store = await open("lost-together");
    await store.put("a", [Buffer.from("x")]);
    server.cutLine();
    await assert.rejects(store.get("a"), { code: "storage-unreachable" });
    server.mendLine();
    const before = server.connections;
    await Promise.all(Array.from({ length: 8 }, async () => await store.get("a")));
    assert.equal(server.connections - before, 1);
  });

  test("a server that does not answer holds no call for longer than its time", async () => {
    const credentials = { privateKey: new Secret(server.privateKey) };
    const clock = new FakeClock(); // so that nobody waits for the server's last words
    await using store = await openSftpStorage(place("silent"), { credentials, clock, create: true });
    await store.put("a", [Buffer.from("x")]);
    for (const call of [
      async (signal: AbortSignal) => await store.get("a", { signal }),
      async (signal: AbortSignal) => await Array.fromAsync(store.list("", { signal })),
    ]) {
      server.stallLine();
      const stop = new AbortController();
      const waiting = call(stop.signal);
      stop.abort();
      await assert.rejects(waiting, { code: "interrupted" });
      assert.equal(Buffer.from(await store.get("a")).toString(), "x");
    }
  });

  test("the program makes a vault on a server, and a probe leaves nothing there", async () => {
    using here = new Workplace();
    writeFileSync(here.path("key"), server.privateKey);
    const environment = { STILLPOINT_SFTP_KEY_FILE: here.path("key") };
    const path = join(server.folder, "store/program");
    const location = `sftp://${server.user}@127.0.0.1:${server.port}${path}?host-key=${server.hostKey}`;
    const vault = ["--vault", location, "--passphrase-file", here.passphraseFile];
    const made = await here.run(["vault", "init", ...vault], { environment });
    assert.equal(made.code, 0, made.text);
    const before = readdirSync(path).sort();
    assert.deepEqual(before, [".tmp", "config", "keys"]);
    const probe = await here.run(["vault", "probe", location], { environment });
    assert.deepEqual([probe.code, probe.summary["suitable"], probe.summary["leftBehind"]], [0, true, 0]);
    const failed = probe.lines.filter((line) => line["passed"] === false);
    assert.deepEqual(failed, []);
    assert.deepEqual(readdirSync(path).sort(), before);
  });

  test("the first put removes what died processes left a day ago, and nothing younger", async () => {
    const scratch = join(server.folder, "store/stale/.tmp");
    mkdirSync(scratch, { recursive: true });
    for (const [name, hours] of [
      ["old", 25],
      ["young", 23],
    ] as const) {
      const when = new Date(systemClock.now().subtract({ hours }).epochMilliseconds);
      writeFileSync(join(scratch, name), name);
      utimesSync(join(scratch, name), when, when);
    }
    await using store = await open("stale", {});
    await store.put("a", [Buffer.from("x")]);
    assert.deepEqual(readdirSync(scratch), ["young"]);
  });

  test("a whole vault lives on a server", async () => {
    await holdsVault(async (create) => await open("vault", create ? { create } : {}));
  });
});
