import assert from "node:assert/strict";
import { test } from "node:test";
import { type StorageError, StorageFullError } from "../../storage/index.ts";
import type { DamagedPack } from "../index/struck-packs.ts";
import { DamageRecord, type DamageRecordOptions } from "./damage-record.ts";

/** Notes that are put when the test says so, well or not. */
class Notes {
  readonly put: (readonly DamagedPack[])[] = [];
  readonly #answers: ((error?: StorageError) => void)[] = [];

  async damageNotes(): Promise<readonly never[]> {
    return [];
  }

  async noteDamage(packs: readonly DamagedPack[]): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#answers.push((error) => (error === undefined ? resolve() : reject(error)));
    });
    this.put.push(packs);
  }

  answer(error?: StorageError): void {
    this.#answers.shift()?.(error);
  }
}

/** What an index says of damage: whether it is new. */
class Loaded {
  readonly #known = new Set<string>();
  #found: DamagedPack[] = [];

  noteDamage(damage: DamagedPack): boolean {
    const key = JSON.stringify(damage);
    if (this.#known.has(key)) return false;
    this.#known.add(key);
    this.#found.push(damage);
    return true;
  }

  takeFound(): readonly DamagedPack[] {
    const found = this.#found;
    this.#found = [];
    return found;
  }
}

async function opened(isKept = true): Promise<{ readonly record: DamageRecord; readonly notes: Notes }> {
  const notes = new Notes();
  const options = { loaded: new Loaded(), notes, isKept } as unknown as DamageRecordOptions;
  return { record: await DamageRecord.open(options), notes };
}

test("`thenOf()` waits until the note is durable, also when it is on its way already", async () => {
  const { record, notes } = await opened();
  const acts: string[] = [];
  const note = (pack: string) => async () => void acts.push(pack);
  await record.thenOf("sound", note("sound"));
  record.add({ pack: "a", frames: [176] });
  const flushed = record.flush();
  await record.thenOf("a", note("a"));
  assert.deepEqual(acts, ["sound"]);
  notes.answer();
  await flushed;
  await record.flush();
  assert.deepEqual(acts, ["sound", "a"]);
  assert.deepEqual(notes.put, [[{ pack: "a", frames: [176] }]]);
});

test("what is found of a pack while a note of it is on its way waits for a note of its own", async () => {
  const { record, notes } = await opened();
  const acts: string[] = [];
  record.add({ pack: "a", frames: [176] });
  const flushed = record.flush();
  record.add({ pack: "a", frames: [900] });
  notes.answer();
  await flushed;
  await record.thenOf("a", async () => void acts.push("a"));
  assert.deepEqual(acts, []);
  const again = record.flush();
  notes.answer();
  await again;
  assert.deepEqual(acts, ["a"]);
  assert.deepEqual(notes.put.length, 2);
});

test("what could not be written never counts as told, whoever asks later", async () => {
  const { record, notes } = await opened();
  const acts: string[] = [];
  record.add({ pack: "a" });
  const flushed = record.flush();
  notes.answer(new StorageFullError("Cannot put: full"));
  await flushed;
  assert.equal(record.isWritable, false);
  record.add({ pack: "a" }); // it is known, and still in no note
  await record.thenOf("a", async () => void acts.push("a"));
  await record.flush();
  assert.deepEqual(acts, []);
  const reading = await opened(false);
  reading.record.add({ pack: "a" });
  await reading.record.flush();
  let isTold = false;
  await reading.record.thenOf("a", async () => {
    isTold = true;
  });
  assert.deepEqual([isTold, reading.record.isWritable], [false, true]);
});
