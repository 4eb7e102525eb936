import { rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { type Entropy, hexFromBytes } from "../../base/index.ts";
import { type ProbeScratch, SCRATCH_NAME } from "../probe/probe-scratch.ts";
import { storageErrorFrom } from "./file-errors.ts";
import { openLocalStorage } from "./open-local-storage.ts";

/** A folder for a probe inside of one that is there. @throws {StorageMissingError} @throws {StorageDeniedError} */
export async function openLocalScratch(folder: string, entropy: Entropy): Promise<ProbeScratch> {
  await (await openLocalStorage(folder))[Symbol.asyncDispose](); // a mistyped path is not made
  const root = join(resolve(folder), `${SCRATCH_NAME}${hexFromBytes(entropy.bytes(8))}`);
  await using opening = new AsyncDisposableStack();
  const remove = async (): Promise<number> => {
    try {
      await rm(root, { recursive: true, force: true });
      return 0;
    } catch (error) {
      throw storageErrorFrom(error, { verb: "remove the folder", name: root, absence: "place" });
    }
  };
  opening.defer(async () => void (await remove()));
  const one = opening.use(await openLocalStorage(root, { create: true, entropy }));
  const other = opening.use(await openLocalStorage(root, { create: true, entropy }));
  const resources = opening.move();
  return {
    location: folder,
    one,
    other,
    facts: async () => await Promise.resolve({}),
    remove,
    [Symbol.asyncDispose]: async () => await resources.disposeAsync(),
  };
}
