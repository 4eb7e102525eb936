import assert from "node:assert/strict";
import { hash } from "node:crypto";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { newGuid } from "../../base/index.ts";
import { SeededEntropy } from "../../base/testing/index.ts";
import { type ObjectDraft, openLocalStorage, type Storage, StorageFullError } from "../../storage/index.ts";
import { MemoryStorage } from "../../storage/testing/index.ts";
import { newSessionKeys } from "../crypto/session-keys.ts";
import { vaultKeysFrom } from "../crypto/vault-keys.ts";
import { VaultDamagedError, VaultSessionLostError } from "../errors.ts";
import { FRAME_BYTES } from "../format/layout.ts";
import { longestFrame, sealFrame } from "../packs/frame-codec.ts";
import { PACK_BUFFER_BYTES } from "../packs/pack-builder.ts";
import type { PackContents } from "../packs/pack-contents.ts";
import { BufferPool } from "../pipeline/buffer-pool.ts";
import { Engine } from "../pipeline/engine.ts";
import { DraftedBody } from "./drafted-body.ts";
import { SessionPacks } from "./session-packs.ts";

const entropy = new SeededEntropy(32);
const keys = vaultKeysFrom(entropy.bytes(32), newGuid(entropy));
const session = newSessionKeys(keys, entropy);

let base = "";
before(async () => {
  base = await mkdtemp(join(tmpdir(), "stillpoint-drafts-"));
});
after(async () => {
  await rm(base, { recursive: true, force: true });
});

async function freshFolder(): Promise<string> {
  return await mkdtemp(join(base, "vault-"));
}

function packsIn(storage: Storage, durable: PackContents[]): SessionPacks {
  const packBuffers = new BufferPool({ bufferBytes: PACK_BUFFER_BYTES, limit: 0, kind: "own" });
  const onDurable = async (contents: PackContents): Promise<void> => void durable.push(contents);
  return new SessionPacks({
    storage,
    keys,
    session,
    engine: { packBuffers, putsAtOnce: 1 },
    onDurable,
  });
}

/** Frames of noise do not shrink: 33 fill a pack. */
function frameOf(number: number, header: Uint8Array): Uint8Array {
  const plain = entropy.bytes(FRAME_BYTES);
  const target = new Uint8Array(longestFrame(plain.length, 1));
  const input = { number, plain, ids: entropy.bytes(32), lengths: Uint32Array.of(plain.length) };
  return target.subarray(0, sealFrame(input, { key: session.frameKey, header }, target));
}

test("packs that grow in their storage, by many hands at once, have the bytes that they are named for", async () => {
  const folder = await freshFolder();
  await using storage = await openLocalStorage(folder, { create: true });
  const durable: PackContents[] = [];
  const packs = packsIn(storage, durable);
  const header = packs.header("data");
  const frames = Array.from({ length: 70 }, (_, i) => frameOf(i, header));
  const hands = Array.from({ length: 5 }, async (_, hand) => {
    for (const [i, frame] of frames.entries()) if (i % 5 === hand) await packs.append("data", frame);
  });
  await Promise.all(hands);
  await packs.flush();
  await packs.end();
  const found = new Set<number>();
  for await (const { name, sizeBytes } of storage.list("packs/")) {
    const bytes = await storage.get(name);
    assert.equal(name.split("/").at(-1), hash("sha256", bytes));
    const contents = durable.find(({ digest }) => digest.toHex() === hash("sha256", bytes));
    assert.equal(contents?.sizeBytes, sizeBytes);
    assert.deepEqual(bytes.subarray(0, header.length), header);
    for (const { number, offset, sealedBytes } of contents?.frames ?? []) {
      assert.deepEqual(bytes.subarray(offset, offset + sealedBytes), frames[number]);
      found.add(number);
    }
  }
  assert.equal(durable.length, 3);
  assert.equal(found.size, frames.length);
  assert.deepEqual(await readdir(join(folder, ".tmp")), []);
});

test("a pack that is given up, and a pack on a full disk, leave nothing", async () => {
  const folder = await freshFolder();
  await using storage = await openLocalStorage(folder, { create: true });
  const givenUp = packsIn(storage, []);
  await givenUp.append("data", frameOf(1, givenUp.header("data")));
  await givenUp.append("meta", frameOf(2, givenUp.header("meta")));
  assert.equal((await readdir(join(folder, ".tmp"))).length, 1, "lists of chunks are in memory");
  await givenUp.end();
  assert.deepEqual(await readdir(join(folder, ".tmp")), []);

  const full = packsIn(withFullDisk(storage), []);
  const frame = frameOf(2, full.header("data"));
  await assert.rejects(full.append("data", frame), StorageFullError);
  await assert.rejects(
    full.append("meta", frameOf(3, full.header("meta"))),
    StorageFullError,
    "it has failed",
  );
  await assert.rejects(full.flush(), StorageFullError);
  await full.end();
  assert.deepEqual(await readdir(join(folder, ".tmp")), []);
  assert.deepEqual(await Array.fromAsync(storage.list("")), []);
});

test("who appends behind the end is told, and begins no draft that nobody would end", async () => {
  const folder = await freshFolder();
  await using storage = await openLocalStorage(folder, { create: true });
  const packs = packsIn(storage, []);
  const frame = frameOf(1, packs.header("data"));
  await packs.append("data", frame);
  const ending = packs.end();
  await assert.rejects(packs.append("data", frame), VaultSessionLostError);
  await ending;
  assert.deepEqual(await readdir(join(folder, ".tmp")), []);
});

interface Script {
  readonly write?: (offset: number) => Promise<void>;
  readonly publish?: () => Promise<void>;
  readonly end?: () => Promise<void>;
}

/** A draft of which each piece, and what comes behind, is answered as the test says. */
class ScriptedDraft implements ObjectDraft {
  readonly #script: Script;
  readonly seen: string[] = [];

  constructor(script: Script) {
    this.#script = script;
  }

  async write(_bytes: Uint8Array, offset: number): Promise<void> {
    await this.#script.write?.(offset);
    this.seen.push(`write ${offset}`);
  }

  async publish(name: string): Promise<void> {
    await this.#script.publish?.();
    this.seen.push(`publish ${name}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.seen.push("end");
    await this.#script.end?.();
  }
}

/** What `PackBuilder` would say of a pack of a header of 4 bytes, a frame of 6, and 2 at the end. */
const TWELVE_BYTES = {
  contents: { digest: new Uint8Array(32), sizeBytes: 12, frames: [] },
  end: new Uint8Array(2),
};

test("a pack whose end does not fit fails when its other pieces are written, and is published never", async () => {
  const slow = Promise.withResolvers<void>();
  const draft = new ScriptedDraft({
    write: async (offset) => {
      if (offset === 4) await slow.promise;
      if (offset === 10) throw new StorageFullError("Cannot write: no space is left there");
    },
  });
  const body = new DraftedBody(new MemoryStorage(), Promise.resolve(draft), new Uint8Array(4));
  const written = body.write(new Uint8Array(6), 4);
  const put = assert.rejects(body.put(TWELVE_BYTES), StorageFullError);
  for (let i = 0; i < 10; i++) await turn(); // a rejection that nobody handles ends the program by now
  assert.deepEqual(draft.seen, ["write 0"]);
  slow.resolve();
  await Promise.all([written, put]);
  assert.deepEqual(draft.seen, ["write 0", "write 4", "end"]);
});

test("a pack that has its name is durable, whatever becomes of its draft; the draft ends last", async () => {
  const draft = new ScriptedDraft({
    end: async () => {
      throw new TypeError("an antivirus holds the file");
    },
  });
  const body = new DraftedBody(new MemoryStorage(), Promise.resolve(draft), new Uint8Array(4));
  await body.write(new Uint8Array(6), 4);
  await body.put(TWELVE_BYTES);
  assert.deepEqual(draft.seen, [
    "write 0",
    "write 4",
    "write 10",
    `publish packs/00/${"00".repeat(32)}`,
    "end",
  ]);
});

test("however many hands append, few drafts are open while the disk takes its time to make them durable", async () => {
  const slow = Promise.withResolvers<void>();
  const drafts: ScriptedDraft[] = [];
  const storage: Storage = Object.assign(new MemoryStorage(), {
    draft: async (): Promise<ObjectDraft> => {
      const draft = new ScriptedDraft({ publish: async () => await slow.promise });
      drafts.push(draft);
      return draft;
    },
  });
  const durable: PackContents[] = [];
  const packs = packsIn(storage, durable);
  const frame = frameOf(1, packs.header("data"));
  const hands = Array.from({ length: 5 }, async () => {
    for (let i = 0; i < 40; i++) await packs.append("data", frame);
  });
  for (let i = 0; i < 300; i++) await turn();
  assert.equal(drafts.length, 4);
  assert.deepEqual(durable, []);
  slow.resolve();
  await Promise.all(hands);
  await packs.flush();
  assert.equal(durable.length, drafts.length);
  assert.deepEqual(new Set(drafts.map(({ seen }) => seen.at(-1))), new Set(["end"]));
});

test("where packs have sidecars none grows in the storage: a sidecar is made of a whole pack", async () => {
  await using storage = await openLocalStorage(await freshFolder(), { create: true });
  const options = { workers: 1, identityKey: entropy.bytes(32), memoryBudgetBytes: 0, hasParity: true };
  await using engine = new Engine(options);
  const onDurable = async (): Promise<void> => undefined;
  const packs = new SessionPacks({ storage, keys, session, engine, onDurable });
  await packs.append("data", frameOf(1, packs.header("data")));
  await packs.flush();
  const [pack, sidecar] = (await Array.fromAsync(storage.list("pa"))).map(({ name }) => name);
  assert.ok(pack !== undefined && pack.startsWith("packs/"));
  assert.equal(sidecar, pack.replace("packs/", "parity/"));
});

test("where no draft can begin, the frame and the pack say why", async () => {
  const storage = new MemoryStorage();
  const refused = Promise.reject(new StorageFullError("Cannot write: no space is left there"));
  const body = new DraftedBody(storage, refused, new Uint8Array(4));
  await assert.rejects(body.write(new Uint8Array(6), 4), StorageFullError);
  await assert.rejects(body.put(TWELVE_BYTES), StorageFullError);
  await new DraftedBody(storage, refused, new Uint8Array(4)).discard();
});

/** Takes the header of a pack, and no frame. */
function withFullDisk(storage: Storage): Storage {
  const draft = async (): ReturnType<NonNullable<Storage["draft"]>> => {
    const real = await storage.draft?.();
    if (real === undefined) throw new TypeError("a local store begins drafts");
    real.write = async (_bytes, offset) => {
      if (offset > 0) throw new StorageFullError("Cannot write: no space is left there");
    };
    return real;
  };
  return new Proxy(storage, {
    get: (target, key) => {
      const value: unknown = key === "draft" ? draft : Reflect.get(target, key);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

test("a pack whose name is taken is there already; where only half of it is, that is damage", async () => {
  await using source = await openLocalStorage(await freshFolder(), { create: true });
  const original = packsIn(source, []);
  const frame = frameOf(3, original.header("data"));
  await original.append("data", frame);
  await original.flush();
  const [pack] = await Array.fromAsync(source.list("packs/"));
  assert.ok(pack !== undefined);

  const again = packsIn(source, []);
  await again.append("data", frame);
  await again.flush();
  assert.equal((await Array.fromAsync(source.list("packs/"))).length, 1);

  await using halved = await openLocalStorage(await freshFolder(), { create: true });
  await halved.put(pack.name, [(await source.get(pack.name)).subarray(0, 1000)]);
  const onHalf = packsIn(halved, []);
  await onHalf.append("data", frame);
  await assert.rejects(onHalf.flush(), VaultDamagedError);
});
