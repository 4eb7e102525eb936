import { realpath } from "node:fs/promises";

/** One text for one folder, however the user wrote it. */
export async function canonicalFolder(folder: string): Promise<string> {
  return await realpath(folder);
}
