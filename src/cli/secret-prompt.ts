import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";
import { environment, readSecretFile, SecretMissingError, UsageError } from "../app/index.ts";
import { InterruptedError, Secret } from "../base/index.ts";
import type { CommandSurface } from "./command.ts";

type SecretSource = Parameters<CommandSurface["secret"]>[0];

/** From the file, else the variable, else by asking whoever sits at the terminal. Nothing typed is shown. */
export async function askSecret(source: SecretSource, signal: AbortSignal): Promise<Secret> {
  const { file, variable, prompt, twice } = source;
  if (file !== undefined) return await readSecretFile(file);
  const set = environment(variable);
  if (set !== undefined) return new Secret(set);
  if (!process.stdin.isTTY) {
    throw new SecretMissingError(
      `Cannot ask for a secret (${prompt}): there is no terminal, and ${variable} is not set`,
    );
  }
  const first = await typed(`${prompt}: `, signal);
  if (twice === true && (await typed(`${prompt}, again: `, signal)) !== first) {
    throw new UsageError(`Cannot take a secret (${prompt}): the two entries differ`);
  }
  return new Secret(first);
}

/** Control-C interrupts the program, as anywhere else; Control-D ends the input. */
async function typed(prompt: string, signal: AbortSignal): Promise<string> {
  process.stderr.write(prompt);
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: process.stdin, output: silent, terminal: true });
  const asking = new AbortController();
  lines.once("SIGINT", () => asking.abort());
  const stop = AbortSignal.any([signal, asking.signal]);
  try {
    return await lines.question("", { signal: stop });
  } catch (error) {
    if (stop.aborted) throw new InterruptedError("Cannot go on: interrupted at the prompt", { cause: error });
    throw new SecretMissingError("Cannot take a secret: the input ended", { cause: error });
  } finally {
    lines.close();
    process.stderr.write("\n");
  }
}
