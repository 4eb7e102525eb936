import { type Entropy, throwIfInterrupted } from "../../base/index.ts";
import {
  StorageDeniedError,
  StorageObjectExistsError,
  StorageObjectMissingError,
  StorageObjectTruncatedError,
} from "../errors.ts";
import type { Storage } from "../storage.ts";

/** What a check works with. */
export interface CheckPlace {
  readonly one: Storage;
  readonly other: Storage;
  readonly entropy: Entropy;
  readonly signal?: AbortSignal | undefined;
}

/** A check; what it does gives the fault that it found, or nothing. Other errors of the store end the probe. */
export interface ProbeCheck {
  readonly name: string;
  /** Whether a vault cannot do without it. */
  readonly needed: boolean;
  /** What it is about, for people. */
  readonly about: string;
  run(place: CheckPlace): Promise<string | undefined>;
}

const WRITERS = 16;
const LARGE_BYTES = 16 * 1024 * 1024;

/** What a vault relies on, and what it makes use of; the short form leaves out what moves many bytes. */
export const PROBE_CHECKS: readonly (ProbeCheck & { readonly inShort: boolean })[] = [
  {
    name: "read-after-write",
    needed: true,
    inShort: true,
    about: "what one connection has written, another reads at once",
    run: readAfterWrite,
  },
  {
    name: "never-overwrites",
    needed: true,
    inShort: true,
    about: "a name that is taken stays as it is",
    run: neverOverwrites,
  },
  {
    name: "range-reads",
    needed: true,
    inShort: true,
    about: "parts of objects, and where they end",
    run: rangeReads,
  },
  {
    name: "list-after-write",
    needed: true,
    inShort: true,
    about: "lists are complete, in order and up to date",
    run: listAfterWrite,
  },
  {
    name: "delete",
    needed: true,
    inShort: true,
    about: "what was deleted is gone for every connection",
    run: deletes,
  },
  {
    name: "delete-allowed",
    needed: false,
    inShort: false,
    about: "this account may delete; without it nothing is ever pruned",
    run: mayDelete,
  },
  {
    name: "large-object",
    needed: true,
    inShort: false,
    about: "an object of 16 MiB, the size of a pack",
    run: largeObject,
  },
  {
    name: "conditional-create",
    needed: false,
    inShort: false,
    about:
      "of 16 writers of one name exactly one wins; without it two programs must not make a vault here at the same time",
    run: oneWinner,
  },
];

async function readAfterWrite({ one, other, entropy, signal }: CheckPlace): Promise<string | undefined> {
  for (let i = 0; i < 3; i++) {
    throwIfInterrupted(signal);
    const bytes = entropy.bytes(1_000 + i);
    const name = `read/${i}`;
    if ((await other.stat(name, { signal })) !== undefined)
      return "a name has an object before it was written";
    await one.put(name, [bytes], { signal });
    const seen = await absentAsUndefined(async () => await other.get(name, { signal }));
    if (seen === undefined) return "an object is not there right after it was written";
    if (!Buffer.from(seen).equals(bytes)) return "an object reads otherwise than it was written";
    if ((await other.stat(name, { signal }))?.sizeBytes !== bytes.length) return "an object's size is wrong";
  }
  return undefined;
}

async function neverOverwrites({ one, other, signal }: CheckPlace): Promise<string | undefined> {
  await one.put("taken", [Buffer.from("first")], { signal });
  try {
    await other.put("taken", [Buffer.from("second")], { signal });
    return "a second put of a name was taken";
  } catch (error) {
    if (!(error instanceof StorageObjectExistsError)) throw error;
  }
  const kept = Buffer.from(await other.get("taken", { signal })).toString();
  return kept === "first" ? undefined : "a refused put has changed the object";
}

async function rangeReads({ one, entropy, signal }: CheckPlace): Promise<string | undefined> {
  const bytes = entropy.bytes(10_000);
  await one.put("ranges", [bytes], { signal });
  for (const [offset, length] of [
    [0, 1],
    [4_000, 3_000],
    [9_999, 1],
    [10_000, 0],
  ] as const) {
    const part = await one.get("ranges", { offset, length, signal });
    if (!Buffer.from(part).equals(bytes.subarray(offset, offset + length))) return "a range has other bytes";
  }
  try {
    await one.get("ranges", { offset: 9_000, length: 1_001, signal });
    return "a range beyond an object's end was given";
  } catch (error) {
    if (error instanceof StorageObjectTruncatedError) return undefined;
    throw error;
  }
}

async function listAfterWrite({ one, other, signal }: CheckPlace): Promise<string | undefined> {
  const names = ["list/a-b", "list/a.b", "list/a/b", "list/a0", "list/b"];
  for (const [i, name] of names.entries()) {
    await one.put(name, [new Uint8Array(i)], { signal });
    const seen = await Array.fromAsync(other.list("list/", { signal }));
    if (seen.length !== i + 1) return `a list has ${seen.length} of ${i + 1} objects`;
    const isRight = seen.every((object, at) => object.name === names[at] && object.sizeBytes === at);
    if (!isRight) return "a list is out of order, or has wrong sizes";
  }
  return undefined;
}

async function deletes({ one, other, signal }: CheckPlace): Promise<string | undefined> {
  await one.put("gone/a", [Buffer.from("x")], { signal });
  try {
    await one.delete("gone/a", { signal });
    await one.delete("gone/a", { signal });
  } catch (error) {
    if (error instanceof StorageDeniedError) return undefined; // a check of its own tells it
    throw error;
  }
  if ((await other.stat("gone/a", { signal })) !== undefined) return "a deleted object has a size";
  const read = await absentAsUndefined(async () => await other.get("gone/a", { signal }));
  if (read !== undefined) return "a deleted object can be read";
  const listed = await Array.fromAsync(other.list("gone/", { signal }));
  return listed.length === 0 ? undefined : "a deleted object is listed";
}

async function mayDelete({ one, signal }: CheckPlace): Promise<string | undefined> {
  await one.put("may-delete", [], { signal });
  try {
    await one.delete("may-delete", { signal });
    return undefined;
  } catch (error) {
    if (error instanceof StorageDeniedError) return "deletes are refused";
    throw error;
  }
}

async function largeObject({ one, other, entropy, signal }: CheckPlace): Promise<string | undefined> {
  const part = entropy.bytes(LARGE_BYTES / 4);
  await one.put("large", [part, part, part, part], { signal });
  const back = Buffer.from(await other.get("large", { signal }));
  const isSame = [0, 1, 2, 3].every((i) =>
    back.subarray(i * part.length, (i + 1) * part.length).equals(part),
  );
  return isSame && back.length === LARGE_BYTES ? undefined : "it reads otherwise than it was written";
}

async function oneWinner({ one, other, signal }: CheckPlace): Promise<string | undefined> {
  const puts = Array.from(
    { length: WRITERS },
    async (_, i) => await (i % 2 ? one : other).put("contested", [Buffer.from(`${i}`)], { signal }),
  );
  const outcomes = await Promise.allSettled(puts);
  const winners = outcomes.flatMap(({ status }, i) => (status === "fulfilled" ? [i] : []));
  for (const outcome of outcomes) {
    if (outcome.status === "rejected" && !(outcome.reason instanceof StorageObjectExistsError)) {
      throw outcome.reason;
    }
  }
  if (winners.length !== 1) return `${winners.length} of ${WRITERS} writers believe that they won`;
  const kept = Buffer.from(await one.get("contested", { signal })).toString();
  return kept === `${winners[0]}` ? undefined : "another's bytes are there than the winner's";
}

async function absentAsUndefined<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof StorageObjectMissingError) return undefined;
    throw error;
  }
}
