import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";
import { environment, readSecretFile, SecretMissingError, UsageError } from "../app/index.ts";
import { Secret } from "../base/index.ts";
import type { CommandSurface } from "./command.ts";

/** From the file, else the variable, else by asking whoever sits at the terminal. Nothing typed is shown. */
export const askSecret: CommandSurface["secret"] = async ({ file, variable, prompt, twice }) => {
  if (file !== undefined) return await readSecretFile(file);
  const set = environment(variable);
  if (set !== undefined) return new Secret(set);
  if (!process.stdin.isTTY) {
    throw new SecretMissingError(
      `Cannot ask for the passphrase: there is no terminal, and ${variable} is not set`,
    );
  }
  const first = await typed(`${prompt}: `);
  if (twice === true && (await typed(`${prompt}, again: `)) !== first) {
    throw new UsageError("Cannot take the passphrase: the two entries differ");
  }
  return new Secret(first);
};

async function typed(prompt: string): Promise<string> {
  process.stderr.write(prompt);
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: process.stdin, output: silent, terminal: true });
  try {
    return await lines.question("");
  } finally {
    lines.close();
    process.stderr.write("\n");
  }
}
