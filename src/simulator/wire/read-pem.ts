import { X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import { SimulatedListenError } from "../errors.ts";

/** What HTTPS is spoken with. */
export interface PemPair {
  readonly certificate: string;
  readonly key: string;
  /** The first certificate, as clients see it. */
  readonly bytes: Uint8Array;
}

/** Reads both files. @throws {SimulatedListenError} */
export async function readPemPair(files: {
  readonly certificateFile: string;
  readonly keyFile: string;
}): Promise<PemPair> {
  const certificate = await readText(files.certificateFile);
  try {
    const bytes = new Uint8Array(new X509Certificate(certificate).raw);
    return { certificate, key: await readText(files.keyFile), bytes };
  } catch (cause) {
    if (cause instanceof SimulatedListenError) throw cause;
    throw new SimulatedListenError(
      `Cannot listen with "${files.certificateFile}": it holds no certificate in PEM`,
      { cause },
    );
  }
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    throw new SimulatedListenError(`Cannot listen with "${path}": it cannot be read`, { cause });
  }
}
