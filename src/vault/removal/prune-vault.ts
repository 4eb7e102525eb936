import { StorageFullError } from "../../storage/index.ts";
import { newSessionKeys } from "../crypto/session-keys.ts";
import { LocalIndexDamagedError } from "../index/local/errors.ts";
import { isGone } from "../packs/get-or-damaged.ts";
import { Lease } from "../sessions/lease.ts";
import { PendingChunks } from "../sessions/pending-chunks.ts";
import { tellDamage } from "./known-damage.ts";
import { PruneAttempt, type PruneParts } from "./prune-attempt.ts";
import {
  NOTHING_DONE,
  type PruneDone,
  type PruneOptions,
  type PruneReport,
  withBefore,
} from "./prune-report.ts";

const MOST_ATTEMPTS = 10;
/** When the index on the local disk turns out damaged so often, the next attempt has it in memory, whatever it takes. */
const MOST_DAMAGED_INDEXES = 2;

/** A pack of which less than half is needed is rewritten: its twin in reading costs less than its waste in keeping. */
export const MOVE_BELOW = 0.5;

/**
 * Removes what no restore point needs, beside anything else that runs: docs/vault-format.md 10.1. May be killed at any moment
 * and run twice at once. @throws {VaultDamagedError} when what is needed cannot be told
 */
export async function pruneVault(options: PruneOptions, parts: PruneParts): Promise<PruneReport> {
  const session = newSessionKeys(parts.keys, parts.entropy);
  const pending = new PendingChunks(); // over all attempts: a frame's number is used once with a key
  const dropped = new Set<string>();
  await using lease = await Lease.open(parts.storage, parts.clock, session.envelope.session);
  const how = { ...options, moveBelow: options.moveBelow ?? MOVE_BELOW };
  let done: PruneDone = NOTHING_DONE;
  let damagedIndexes = 0;
  for (let attempt = 1; ; attempt++) {
    const local = damagedIndexes < MOST_DAMAGED_INDEXES ? parts.local : undefined;
    const own = { ...parts, local, session, pending, lease, dropped };
    using prune = new PruneAttempt(how, own);
    try {
      return withBefore(await prune.run(), done);
    } catch (error) {
      if (attempt === MOST_ATTEMPTS) throw error;
      done = withBefore(prune.done, done);
      if (error instanceof StorageFullError) {
        using small = new PruneAttempt(how, own);
        const isWhole = await isUndamaged(small.runWithoutRoom());
        done = withBefore(small.done, done);
        if (!isWhole) damagedIndexes++;
        else if (small.done.bytesFreed <= 0) throw error;
      } else if (error instanceof LocalIndexDamagedError) damagedIndexes++;
      // another prune took it away meanwhile: what is there now is as good a beginning
      else if (!isGone(error)) throw error;
    } finally {
      await tellDamage(prune.found(), parts.notes);
    }
  }
}

/** False where the index on the local disk turned out damaged: begin again. */
async function isUndamaged(work: Promise<void>): Promise<boolean> {
  try {
    await work;
    return true;
  } catch (error) {
    if (error instanceof LocalIndexDamagedError) return false;
    throw error;
  }
}
