import { readFile } from "node:fs/promises";
import { Secret } from "../../base/index.ts";
import { SecretUnreadableError } from "../errors.ts";

const LARGEST = 64 * 1024; // a passphrase is a line, not a file by mistake

/** Reads a secret: UTF-8; one trailing line end is not part of it. @throws {SecretUnreadableError} */
export async function readSecretFile(path: string): Promise<Secret> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (error) {
    throw new SecretUnreadableError(`Cannot read the secret file "${path}": it cannot be opened`, {
      cause: error,
    });
  }
  if (bytes.length > LARGEST)
    throw new SecretUnreadableError(`Cannot read the secret file "${path}": it is too large`);
  const text = decoded(bytes, path).replace(/\r?\n$/, "");
  if (text === "") throw new SecretUnreadableError(`Cannot read the secret file "${path}": it is empty`);
  return new Secret(text);
}

function decoded(bytes: Uint8Array, path: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    throw new SecretUnreadableError(`Cannot read the secret file "${path}": it is not UTF-8`, {
      cause: error,
    });
  }
}
