import { open } from "node:fs/promises";
import { SecretFileTakenError } from "../errors.ts";

/**
 * Writes a secret into a new file that only its owner may read (mode 0600; on Windows whoever the folder's rights let).
 * Durable when it resolves. @throws {SecretFileTakenError} when something is there already, or the folder is not
 */
export async function writeSecretFile(path: string, text: string): Promise<void> {
  try {
    await using file = await open(path, "wx", 0o600);
    await file.writeFile(text);
    await file.sync();
  } catch (error) {
    throw new SecretFileTakenError(
      `Cannot write the secret file "${path}": something is there already, or nothing can be made there`,
      { cause: error },
    );
  }
}
