import { join } from "node:path";
import { MIB } from "../../base/index.ts";
import { DEFAULT_INDEX_MEMORY, type LocalIndexOptions } from "../../vault/index.ts";
import { environment, statePlace } from "../config/index.ts";
import { UsageError } from "../errors.ts";

/**
 * What a vault's index may take in memory (STILLPOINT_INDEX_MEMORY), and where it is kept beyond that: below the state folder, which is
 * made when a vault needs it. @throws {UsageError}
 */
export function localIndexFor(stateDir: string | undefined): LocalIndexOptions {
  const memoryBytes = memoryFrom(environment("STILLPOINT_INDEX_MEMORY"));
  return { folder: join(statePlace(stateDir), "cache", "index"), memoryBytes };
}

function memoryFrom(text: string | undefined): number {
  if (text === undefined) return DEFAULT_INDEX_MEMORY;
  const parts = /^(\d{1,6})(MiB|GiB)$/.exec(text);
  if (parts !== null) return Number(parts[1]) * (parts[2] === "GiB" ? 1024 : 1) * MIB;
  throw new UsageError(
    `Cannot hold a vault's index: STILLPOINT_INDEX_MEMORY is "${text}", wanted a size such as 512MiB`,
  );
}
