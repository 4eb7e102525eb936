import { throwIfInterrupted, type Uncovered } from "../../base/index.ts";
import type { HostFiles } from "../../places/index.ts";

/** Everything below a folder. */
export interface WalkedFolder {
  /** Paths of files, sorted. */
  readonly files: readonly string[];
  /** What lies there and cannot be addressed. */
  readonly uncovered: readonly Uncovered[];
}

/** Lists all files below a folder. A folder that a link leads back into is walked once. */
export async function walkFolder(
  files: HostFiles,
  folder: string,
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<WalkedFolder> {
  const found: string[] = [];
  const uncovered: Uncovered[] = [];
  const walked = new Set<string>();
  const waiting = [folder];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    throwIfInterrupted(options.signal);
    const facts = await files.stat(next);
    if (facts === undefined || walked.has(`${facts.volumeId}:${facts.fileId}`)) continue;
    walked.add(`${facts.volumeId}:${facts.fileId}`);
    for (const entry of await files.list(next)) {
      const path = `${next}/${entry.name}`;
      if (entry.name.includes("\\")) {
        uncovered.push({ disk: path, why: "its name holds a backslash, which separates names on a host" });
      } else if (entry.kind === "folder") waiting.push(path);
      else found.push(path);
    }
  }
  return { files: found.sort(), uncovered };
}
