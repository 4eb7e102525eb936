import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { guid, InterruptedError, noEvents, type RestorePointId, type RunEvent } from "../../base/index.ts";
import { StorageFullError } from "../../storage/index.ts";
import { type RestorePoint, type StoredFile, type Vault, VaultDamagedError } from "../../vault/index.ts";
import { draftOf } from "../../vault/testing/index.ts";
import { CopySourceDamagedError } from "../errors.ts";
import { FakeVault } from "../testing/index.ts";
import { type CopyPointsOptions, copyPoints } from "./copy-points.ts";

const FIRST = factsOf("11111111-1111-4111-8111-111111111111");
const SECOND = factsOf("22222222-2222-4222-8222-222222222222");

function factsOf(id: string): Vault["facts"] {
  const created = Temporal.Instant.from("2026-01-01T00:00:00Z");
  return { id: guid(id), formatVersion: 1, created, chunkBytes: 1, hash: "", location: id };
}

/** Two vaults in memory; the first has as many restore points of two files, of ten and twenty bytes. */
class Fakes {
  readonly from = new FakeVault();
  readonly to = new FakeVault();
  readonly events: RunEvent[] = [];
  /** Called before a restore point is read, and told how often it was. */
  onRead: (id: string, times: number) => void = () => undefined;
  readonly #read = new Map<string, number>();

  constructor(points: number) {
    for (let at = 1; at <= points; at++) this.add(at);
  }

  add(at: number, more: Partial<RestorePoint> = {}): RestorePoint {
    const files = [10, 20].map((size) => this.store(`${size}.dat`, new Uint8Array(size).fill(at)));
    const point: RestorePoint = {
      ...draftOf(files),
      id: at.toString(16).padStart(32, "0") as RestorePointId,
      time: `2026-05-0${at}T00:00:00Z`,
      bytes: 30,
      vault: FIRST.id,
      ...more,
    };
    this.from.points.push(point);
    return point;
  }

  store(path: string, bytes: Uint8Array): StoredFile {
    const root = `${path}/${bytes[0]}`;
    this.from.contents.set(root, bytes);
    const sizeBytes = bytes.length;
    return { path, role: "other", sizeBytes, recipe: { version: 1, sizeBytes, level: 0, root } };
  }

  options(more: Partial<CopyPointsOptions> = {}): CopyPointsOptions {
    return {
      source: {
        facts: FIRST,
        openFile: async (file) => (await this.from.openFile(file)) as Awaited<ReturnType<Vault["openFile"]>>,
        readPoint: async ({ id }) => {
          const times = (this.#read.get(id) ?? 0) + 1;
          this.#read.set(id, times);
          this.onRead(id, times);
          return await Promise.resolve(this.from.points.find((point) => point.id === id));
        },
      },
      target: { facts: SECOND, openSession: async (asked) => await this.to.openSession(asked) },
      points: this.from.points,
      known: new Map(),
      events: (event) => this.events.push(event),
      run: "run",
      ...more,
    };
  }

  /** How each restore point's step ended. */
  ended(): readonly (readonly [string, string])[] {
    return this.events.flatMap((event) =>
      event.type === "step-ended" && event.step !== "run" ? [[event.step, event.outcome] as const] : [],
    );
  }

  progress(): readonly (readonly [number, number | undefined])[] {
    return this.events.flatMap((event) =>
      event.type === "step-progress" ? [[event.doneBytes, event.totalBytes] as const] : [],
    );
  }
}

const ofPoint = (at: number): string => at.toString(16).padStart(32, "0");
const damage = new VaultDamagedError("points/00", "it is cut off");

describe("copyPoints()", () => {
  test("stores all in one session, closes it and every file, and counts bytes file by file", async () => {
    const place = new Fakes(3);
    const outcome = await copyPoints(place.options());
    assert.deepEqual(
      outcome.copied.map(({ point, bytesNew, bytesStored }) => [point.id, bytesNew, bytesStored]),
      [1, 2, 3].map((at) => [ofPoint(at), 30, 30]),
    );
    assert.deepEqual([place.to.sessionsOpened, place.to.sessionsOpen, place.from.readersOpen], [1, 0, 0]);
    const done = place.progress().map(([bytes]) => bytes);
    assert.deepEqual([...new Set(done)], [0, 10, 30, 40, 60, 70, 90]);
    assert.ok(place.progress().every(([, total]) => total === 90));
  });

  test("leaves out what the target has, under whatever name, and what it copied a moment ago", async () => {
    const place = new Fakes(2);
    const [one, two] = place.from.points as [RestorePoint, RestorePoint];
    place.add(3, { copyOf: { vault: FIRST.id.toUpperCase(), point: two.id, time: two.time } });
    const id = "f".repeat(32) as RestorePointId;
    const known = new Map([[`${FIRST.id.toLowerCase()}/${one.id}`, { id, because: "in-trash" as const }]]);
    const outcome = await copyPoints(place.options({ known }));
    assert.deepEqual(
      outcome.copied.map(({ point }) => point.id),
      [two.id],
    );
    assert.deepEqual(
      outcome.skipped.map((skip) => [skip.point.id, skip.because, skip.id]),
      [
        [one.id, "in-trash", id],
        [ofPoint(3), "there", outcome.copied[0]?.id],
      ],
    );
    assert.deepEqual(place.progress()[0], [0, 60], "what is known is not to be done");
    assert.equal(known.size, 1, "what it was given is as it was");
  });

  test("begins nothing once it is interrupted, and lets its session hear of it", async () => {
    const place = new Fakes(2);
    const interruption = new AbortController();
    const heard: unknown[] = [];
    const { target } = place.options();
    const options = place.options({
      signal: interruption.signal,
      target: {
        ...target,
        openSession: async (asked) => {
          heard.push(asked.signal);
          return await target.openSession(asked);
        },
      },
      onCopied: async () => {
        await Promise.resolve();
        interruption.abort();
      },
    });
    const outcome = await copyPoints(options);
    assert.deepEqual(heard, [interruption.signal]);
    assert.deepEqual([outcome.copied.length, place.ended()], [1, [["run/1", "done"]]]);
    assert.deepEqual(
      outcome.failed.map(({ id, error }) => [id, error]),
      [[ofPoint(2), outcome.endedBy]],
    );
    assert.ok(outcome.endedBy instanceof InterruptedError);
    assert.equal(place.to.sessionsOpen, 0);
  });

  test("takes a new session behind a failure, and closes the one that failed before it", async () => {
    const place = new Fakes(3);
    place.to.onStore = () => {
      if (place.to.sessionsOpened === 1 && place.to.points.length === 1)
        throw new TypeError("a test says so");
    };
    const openAtOnce: number[] = [];
    place.to.onCommit = () => void openAtOnce.push(place.to.sessionsOpen);
    const outcome = await copyPoints(place.options());
    assert.deepEqual([outcome.copied.length, outcome.failed.length, outcome.endedBy], [2, 1, undefined]);
    assert.deepEqual([place.to.sessionsOpened, openAtOnce, place.to.sessionsOpen], [2, [1, 1], 0]);
    assert.deepEqual(
      place.ended().map(([, how]) => how),
      ["done", "failed", "done"],
    );
  });

  test("has copied what it committed, although its session does not close well", async () => {
    const place = new Fakes(1);
    const { target } = place.options();
    const closing = {
      ...target,
      openSession: async (asked: Parameters<typeof target.openSession>[0]) => ({
        ...(await target.openSession(asked)),
        [Symbol.asyncDispose]: async () => await Promise.reject(new StorageFullError("Cannot delete: full")),
      }),
    };
    const outcome = await copyPoints(place.options({ target: closing }));
    assert.deepEqual([outcome.copied.length, outcome.failed], [1, []]);
    const notes = place.events.flatMap((event) => (event.type === "step-note" ? [event.message] : []));
    assert.deepEqual(notes, ["Cannot delete: full"]);
  });

  test("skips what was removed since it was listed, and what goes while it is read", async () => {
    const place = new Fakes(3);
    const points = [...place.from.points];
    place.from.points.shift();
    place.from.contents.delete("20.dat/2");
    place.onRead = (id, times) => {
      if (id === ofPoint(2) && times === 2) place.from.points.shift();
    };
    const { source } = place.options();
    const openFile: typeof source.openFile = async (file) => {
      if (file.recipe.root === "20.dat/2")
        throw await Promise.resolve(new VaultDamagedError("packs/00", "gone"));
      return await source.openFile(file);
    };
    const outcome = await copyPoints(place.options({ points, source: { ...source, openFile } }));
    assert.deepEqual(
      outcome.skipped.map(({ point, because }) => [point.id, because]),
      [
        [ofPoint(1), "gone"],
        [ofPoint(2), "gone"],
      ],
    );
    assert.deepEqual([outcome.failed, outcome.copied.length], [[], 1]);
    assert.deepEqual(
      place.ended().map(([, how]) => how),
      ["skipped", "skipped", "done"],
    );
    assert.equal(place.progress().at(-1)?.[0], 90);
  });

  test("calls nothing gone that failed of something else, or that it cannot look at again", async () => {
    const place = new Fakes(2);
    const points = [...place.from.points];
    place.to.onStore = () => {
      if (place.to.sessionsOpened > 1) return;
      place.from.points.shift(); // it goes, but that is not why it failed
      throw new TypeError("a test says so");
    };
    place.onRead = (id) => {
      if (id === ofPoint(2)) throw damage;
    };
    const outcome = await copyPoints(place.options({ points }));
    assert.deepEqual([outcome.skipped, outcome.copied], [[], []]);
    const [first, second] = outcome.failed.map(({ error }) => error);
    assert.ok(first instanceof TypeError);
    assert.ok(second instanceof CopySourceDamagedError);
    assert.deepEqual(
      [second.point, second.path, second.object, second.cause],
      [ofPoint(2), undefined, "points/00", damage],
    );
  });

  test("says of which file a source is damaged that cannot even be opened", async () => {
    const place = new Fakes(1);
    const { source } = place.options();
    const openFile = async (): Promise<never> => await Promise.reject(damage);
    const outcome = await copyPoints(place.options({ source: { ...source, openFile }, events: noEvents }));
    const error = outcome.failed[0]?.error;
    assert.ok(error instanceof CopySourceDamagedError);
    assert.deepEqual([error.point, error.path], [ofPoint(1), "10.dat"]);
    assert.match(
      error.message,
      /^Cannot copy "10\.dat" of restore point 0+1: points\/00 of its vault, it is cut off$/,
    );
  });

  test("never goes back in what it says is done, nor beyond the end, where a file is stored anew", async () => {
    const place = new Fakes(1);
    const [point] = place.from.points as [RestorePoint];
    const [small, large] = point.files as [StoredFile, StoredFile];
    place.from.points[0] = { ...point, files: [small, { ...large, path: "x.dat" }] };
    const { target } = place.options();
    const stuttering = {
      ...target,
      openSession: async (asked: Parameters<typeof target.openSession>[0]) => {
        const session = await target.openSession(asked);
        const storeFile: typeof session.storeFile = async (source, options) => {
          for (const bytes of [15, 5, 999]) options.onProgress?.(bytes);
          return await session.storeFile(source, options);
        };
        return { ...session, storeFile };
      },
    };
    await copyPoints(place.options({ target: stuttering }));
    const done = place.progress().map(([bytes]) => bytes);
    assert.deepEqual(
      done,
      done.toSorted((a, b) => a - b),
    );
    assert.deepEqual([done[1], done.at(-1)], [15, 30]);
  });

  test("lets a copy say all that the original says, and nothing of who stored the original where", async () => {
    const place = new Fakes(0);
    const storedBy = "ab".repeat(16);
    const host = { name: "HV07", system: "2025" };
    const point = place.add(1, {
      host,
      storedBy,
      warnings: [{ code: "vtpm-bound-to-host", message: "It has" }],
    });
    place.from.points[0] = { ...point, files: point.files.map((file) => ({ ...file, storedBy })) };
    const told: unknown[] = [];
    const { copied } = await copyPoints(
      place.options({ onCopied: async (origin) => void told.push(await Promise.resolve(origin)) }),
    );
    const [copy] = place.to.points as [RestorePoint];
    const origin = { vault: FIRST.id, point: point.id, time: point.time, storedBy };
    assert.deepEqual([copy.copyOf, told, copied[0]?.id], [origin, [origin], copy.id]);
    assert.deepEqual(
      [copy.machine, copy.host, copy.held, copy.warnings],
      [point.machine, host, point.held, point.warnings],
    );
    assert.equal(copy.storedBy, undefined);
    for (const file of copy.files) assert.equal("storedBy" in file, false);
    assert.deepEqual(
      copy.files.map(({ path, sizeBytes }) => [path, sizeBytes]),
      [
        ["10.dat", 10],
        ["20.dat", 20],
      ],
    );
  });
});
