import { realpath } from "node:fs/promises";

/** One text for one folder, however the user wrote it; as written where there is none, so that whoever opens it says so. */
export async function canonicalFolder(folder: string): Promise<string> {
  try {
    return await realpath(folder);
  } catch (error) {
    if (error instanceof Error && "code" in error) return folder;
    throw error;
  }
}
