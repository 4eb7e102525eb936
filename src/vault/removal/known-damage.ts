import { type Storage, StorageError } from "../../storage/index.ts";
import type { DamagedPack } from "../index/struck-packs.ts";
import type { DamageNote, RemovalNotes } from "./removal-notes.ts";

/** What was found damaged is for everybody to know, from a note; false when the storage does not take it. */
export async function tellDamage(found: readonly DamagedPack[], notes: RemovalNotes): Promise<boolean> {
  if (found.length === 0) return true;
  try {
    await notes.noteDamage(found);
    return true;
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    return false;
  }
}

/** Names of notes that say nothing any more: all their packs are gone. */
export async function overDamage(notes: readonly DamageNote[], storage: Storage): Promise<readonly string[]> {
  const over: string[] = [];
  for (const { name, packs } of notes) {
    let areGone = true;
    for (const { pack } of packs) areGone &&= (await storage.stat(pack)) === undefined;
    if (areGone) over.push(name);
  }
  return over;
}
