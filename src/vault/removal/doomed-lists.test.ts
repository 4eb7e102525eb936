import assert from "node:assert/strict";
import { hash } from "node:crypto";
import { describe, test } from "node:test";
import { guid, type Secret } from "../../base/index.ts";
import { FakeClock, SeededEntropy } from "../../base/testing/index.ts";
import { type Storage, StorageObjectMissingError, StorageObjectTruncatedError } from "../../storage/index.ts";
import { FaultyStorage, MemoryStorage, RecordingStorage } from "../../storage/testing/index.ts";
import { ed25519Sign } from "../crypto/ed25519.ts";
import { sealRemoval } from "../crypto/sealed-object.ts";
import { headerProof } from "../crypto/session-keys.ts";
import { FULL_KEY_WRITER, vaultKeysFrom, type WriterKeys } from "../crypto/vault-keys.ts";
import { VaultTooNewError } from "../errors.ts";
import { CONTENT, KEY_FORM, SealedHeader } from "../format/layout.ts";
import { REMOVAL_MAGIC } from "../format/magic.ts";
import { parseHostKey } from "../hosts/host-key.ts";
import type { RestorePoint } from "../restore-points/restore-point.ts";
import { backUp, bringBack, createSmallVault, openSmallVault, someBytes } from "../testing/index.ts";
import type { Vault } from "../vault.ts";
import { DoomedLists } from "./doomed-lists.ts";
import { SealedNotes } from "./sealed-notes.ts";

const PAST = Temporal.Instant.from("2020-01-01T00:00:00Z");
const NO_LIMIT = { staleAfterMs: Number.MAX_SAFE_INTEGER };
const [LIST, COPY] = ["doomed/0199aabbccdd-", "awaited/0199aabbccdd-"];
const VAULT = guid("00112233-4455-6677-8899-aabbccddeeff");
const digits = (digit: string): string => digit.repeat(32);

/** Keys of a vault of nobody, for what lists are by themselves. */
function lists(storage: Storage, seed = 1): DoomedLists {
  const keys = vaultKeysFrom(new Uint8Array(32).fill(7), VAULT);
  return new DoomedLists({ storage, keys, clock: new FakeClock(), entropy: new SeededEntropy(seed) });
}

function flip(storage: MemoryStorage, name: string, at = 200): void {
  const bytes = storage.peek(name);
  bytes[at] = (bytes[at] as number) ^ 1;
}

const names = (storage: MemoryStorage, prefix: string): readonly string[] =>
  storage.names().filter((name) => name.startsWith(prefix));

async function assertBack(vault: Vault, point: RestorePoint, expected: Uint8Array): Promise<void> {
  const [file] = (await vault.findPoint(point.id)).files;
  assert.ok(file !== undefined);
  assert.equal(Buffer.compare(await bringBack(vault, file), expected), 0, point.id);
}

const packs = [`packs/ab/${"ab".repeat(32)}`];
const segments = [`index/${"cd".repeat(32)}`];

describe("DoomedLists", () => {
  test("reads a list whose object is damaged from the object with who is awaited, and puts it anew", async () => {
    const storage = new MemoryStorage();
    const doomed = lists(storage);
    const list = await doomed.put({ packs, segments });
    assert.deepEqual(await doomed.awaitedFor(list, ["leases/a"]), ["leases/a"]);
    flip(storage, list.name);
    const { lists: read, worn, strange } = await doomed.read();
    assert.deepEqual([read, worn, strange], [[list], [list], []]);
    const tidied = (await doomed.readAndTidy()).lists;
    assert.deepEqual(
      tidied.map(({ packs, segments }) => ({ packs, segments })),
      [{ packs, segments }],
    );
    assert.deepEqual(names(storage, "doomed/"), [tidied[0]?.name]);
    assert.notEqual(tidied[0]?.name, list.name);
    assert.deepEqual(names(storage, "awaited/"), [], "who is awaited is asked anew");
  });

  test("does not carry out a list that is damaged when who is awaited has been written down", async () => {
    const storage = new MemoryStorage();
    const doomed = lists(storage);
    const [list, gone] = [await doomed.put({ packs, segments }), await doomed.put({ packs, segments })];
    flip(storage, list.name);
    assert.deepEqual((await doomed.read()).strange.length, 1, "a session that opens now may use the packs");
    assert.equal(await doomed.awaitedFor(list, []), undefined);
    storage.replace(gone.name, undefined);
    assert.equal(await doomed.awaitedFor(gone, []), undefined);
  });

  test("believes neither lists nor awaited sessions that no full-key holder sealed, and deletes them", async () => {
    const storage = new MemoryStorage();
    const doomed = lists(storage);
    const list = await doomed.put({ packs, segments });
    const sealed = storage.peek(list.name).slice();
    await storage.put(LIST + digits("1"), [new Uint8Array(500)]);
    await storage.put(LIST + digits("2"), []);
    await storage.put(LIST + digits("3"), [sealed]); // under another name than its own
    await storage.put(LIST + digits("4"), [sealed.subarray(0, 300)]);
    await storage.put(COPY + digits("5"), [sealed]);
    const { lists: read, strange } = await doomed.read();
    assert.deepEqual(read, [list]);
    assert.deepEqual(
      strange.map(({ object }) => object),
      ["1", "2", "3", "4"].map((digit) => LIST + digits(digit)),
    );
    assert.deepEqual((await doomed.readAndTidy()).lists, [list]);
    assert.deepEqual(storage.names(), [list.name]);
  });

  test("is not kept from carrying out a list by an object in the place of who is awaited", async () => {
    const storage = new MemoryStorage();
    const doomed = lists(storage);
    const list = await doomed.put({ packs, segments });
    await storage.put(list.name.replace("doomed", "awaited"), [new Uint8Array(400)]);
    assert.deepEqual(await doomed.awaitedFor(list, ["leases/b"]), ["leases/b"]);
    assert.deepEqual(
      await lists(storage, 2).awaitedFor(list, ["leases/c"]),
      ["leases/b"],
      "it is written down",
    );
  });

  test("keeps to who was awaited first when two prunes write it down at once", async () => {
    const storage = new MemoryStorage();
    const list = await lists(storage).put({ packs, segments });
    const get = storage.get.bind(storage);
    storage.get = async (name, ...rest) => {
      if (!name.startsWith("awaited/")) return await get(name, ...rest);
      storage.get = get;
      await lists(storage, 2).awaitedFor(list, ["leases/first"]);
      throw new StorageObjectMissingError(`Cannot read "${name}": it is not there`); // when it was asked for
    };
    assert.deepEqual(await lists(storage, 3).awaitedFor(list, ["leases/second"]), ["leases/first"]);
    assert.deepEqual(await lists(storage, 4).awaitedFor(list, []), ["leases/first"]);
  });

  test("passes over no damaged list whose awaited sessions are known and not what it said", async () => {
    const storage = new MemoryStorage();
    const list = await lists(storage).put({ packs, segments });
    const keys = vaultKeysFrom(new Uint8Array(32).fill(7), VAULT);
    const by = { storage, keys, clock: new FakeClock(), entropy: new SeededEntropy(5) };
    const copy = list.name.replace("doomed", "awaited");
    await new SealedNotes(by).put(copy, CONTENT.awaitedSessions, { sessions: ["leases/a"] }); // as it was before 1.0
    flip(storage, list.name);
    await assert.rejects(lists(storage).read(), { code: "vault-damaged", object: list.name });
    await assert.rejects(lists(storage).readAndTidy(), { code: "vault-damaged", object: list.name });
    assert.deepEqual(storage.names(), [copy, list.name]);
  });

  test("leaves who is awaited where a listing leaves out the list, and deletes it where there is none", async () => {
    const storage = new MemoryStorage();
    const doomed = lists(storage);
    const [list, gone] = [await doomed.put({ packs, segments }), await doomed.put({ packs, segments })];
    for (const each of [list, gone]) await doomed.awaitedFor(each, ["leases/a"]);
    storage.replace(gone.name, undefined);
    const names = storage.list.bind(storage);
    storage.list = (prefix, ...rest) => names(prefix === "doomed/" ? "none/" : prefix, ...rest);
    assert.deepEqual((await doomed.readAndTidy()).lists, []);
    assert.deepEqual(storage.names(), [list.name.replace("doomed", "awaited"), list.name]);
  });

  test("deletes a list behind who is awaited: left between, it dooms still and asks anew", async () => {
    const inner = new MemoryStorage();
    const list = await lists(inner).put({ packs, segments });
    await lists(inner).awaitedFor(list, ["leases/a"]);
    const recording = new RecordingStorage(inner);
    await lists(recording).strike(list);
    const left = recording.prefix(1);
    assert.deepEqual((await lists(left).read()).lists, [list]);
    assert.deepEqual(await lists(left).awaitedFor(list, ["leases/b"]), ["leases/b"]);
    assert.deepEqual(recording.prefix(2).names(), []);
  });

  test("refuses to go on by a half of what the store has, once more than a call gave it", async () => {
    const inner = new MemoryStorage();
    const list = await lists(inner).put({ packs, segments });
    const half = { kind: "truncate", to: 250 } as const;
    const once = new FaultyStorage(inner, [{ on: "get", prefix: "doomed/", effect: half }]);
    assert.deepEqual((await lists(once).read()).lists, [list]);
    const often = new FaultyStorage(inner, [{ on: "get", prefix: "doomed/", times: 2, effect: half }]);
    await assert.rejects(lists(often).read(), StorageObjectTruncatedError);
  });
});

/** A header of a later version of the format, by a write-only host or in the name of a full-key holder. */
function newerHeader(keys: WriterKeys, writer: Uint8Array): Uint8Array {
  const header = SealedHeader.encode({
    magic: REMOVAL_MAGIC,
    version: 2,
    content: CONTENT.doomedList,
    keyForm: KEY_FORM.indexRoot,
    vault: keys.vaultBytes,
    session: new Uint8Array(16).fill(3),
    writer,
    seed: new Uint8Array(32).fill(4),
    wrappedKey: new Uint8Array(32),
    wrapTag: new Uint8Array(16),
    proof: new Uint8Array(32),
  });
  header.set(headerProof(keys, header, writer) ?? new Uint8Array(32), SealedHeader.offsetOf("proof"));
  return header;
}

function keysOf(key: Secret): WriterKeys {
  const parsed = parseHostKey(key);
  return typeof parsed === "object" ? parsed.keys : assert.fail("the key is no host's");
}

describe("what a thief of a host's key lays where doomed lists are", () => {
  test("dooms nothing, stops neither backups nor prunes, is told once and is gone", async () => {
    const storage = new MemoryStorage();
    await using vault = (await createSmallVault(storage)).vault;
    const thief = keysOf((await vault.addHost("hv01")).key);
    const [old, kept] = [someBytes(1, 100_000), someBytes(2, 100_000)];
    const first = await backUp(vault, { disk: old });
    const second = await backUp(vault, { disk: kept });
    const packs = names(storage, "packs/");
    const list = { version: 1, object: LIST + digits("a"), packs, segments: names(storage, "index/") };
    const body = new TextEncoder().encode(JSON.stringify(list));
    const seal = { keys: thief, entropy: new SeededEntropy(5) };
    await storage.put(list.object, sealRemoval(body, CONTENT.doomedList, seal));
    await storage.put(LIST + digits("b"), [newerHeader(thief, thief.writer), new Uint8Array(200)]);
    await storage.put(LIST + digits("c"), [newerHeader(thief, FULL_KEY_WRITER), new Uint8Array(200)]);
    await using reader = await openSmallVault(storage, { seed: 3 });
    await assertBack(reader, await backUp(reader, { disk: kept }), kept);
    assert.equal(names(storage, "packs/").length, packs.length, "all of it was known");
    await vault.trash(first.id, { until: PAST });
    const report = await reader.prune();
    assert.deepEqual(
      report.strange.map(({ object }) => object),
      ["a", "b", "c"].map((digit) => LIST + digits(digit)),
    );
    assert.ok(report.bytesFreed > 50_000, `only ${report.bytesFreed} bytes`);
    assert.deepEqual((await reader.prune()).strange, []);
    assert.deepEqual(names(storage, "doomed/"), []);
    await assertBack(reader, second, kept);
    assert.deepEqual((await reader.verify({ readDataPercent: 100 })).damaged, []);
  });

  test("is told from a list of a newer program, which a full-key holder signed and everybody heeds", async () => {
    const storage = new MemoryStorage();
    const keys = vaultKeysFrom(new Uint8Array(32).fill(7), VAULT);
    const header = newerHeader(keys, FULL_KEY_WRITER);
    const rest = new Uint8Array(200);
    const signature = ed25519Sign(hash("sha256", Buffer.concat([header, rest]), "buffer"), keys.signer);
    await storage.put(LIST + digits("a"), [header, rest, signature]);
    await assert.rejects(lists(storage).read(), VaultTooNewError);
  });

  test("a list that loses its object while its sessions are awaited is carried out all the same, under a new name", async () => {
    const storage = new MemoryStorage();
    await using vault = (await createSmallVault(storage)).vault;
    const bytes = someBytes(1, 100_000);
    const old = await backUp(vault, { disk: bytes });
    const waitedFor = await vault.openSession();
    await vault.trash(old.id, { until: PAST });
    assert.equal((await vault.prune(NO_LIMIT)).waitingFor.length, 1);
    flip(storage, names(storage, "doomed/")[0] ?? "");
    await using later = await openSmallVault(storage, { seed: 9 });
    const packs = names(storage, "packs/").length;
    const point = await backUp(later, { disk: bytes });
    assert.ok(names(storage, "packs/").length > packs, "what is doomed is not relied upon");
    await waitedFor[Symbol.asyncDispose]();
    const report = await later.prune(NO_LIMIT);
    assert.deepEqual([report.strange, report.waitingFor], [[], []]);
    assert.ok(report.bytesFreed > 50_000, `only ${report.bytesFreed} bytes`);
    await assertBack(later, point, bytes);
    assert.deepEqual(names(storage, "doomed/").concat(names(storage, "awaited/")), []);
  });
});
