import { copyPoints, type KnownCopy, originKey, originOf } from "../../src/backup/index.ts";
import { noEvents } from "../../src/base/index.ts";
import type { Vault } from "../../src/vault/index.ts";

/** Copies what the other vault has not got yet, as the command does every night. */
export async function copyNew(source: Vault, target: Vault): Promise<void> {
  const known = new Map<string, KnownCopy>();
  for await (const point of target.points())
    known.set(originKey(originOf(point, target.facts.id)), { id: point.id, because: "there" });
  const points = await Array.fromAsync(source.points());
  const { failed } = await copyPoints({ source, target, points, known, events: noEvents, run: "copying" });
  for (const { error } of failed) throw error;
}
