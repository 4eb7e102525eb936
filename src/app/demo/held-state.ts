import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readdir } from "node:fs/promises";
import { dirname } from "node:path";
import { pipeline } from "node:stream/promises";
import { MIB, throwIfInterrupted } from "../../base/index.ts";
import type { HeldMachine } from "../../hyperv/index.ts";
import { type GuestView, guestView } from "../../simulator/index.ts";
import { type DemoStage, exactPath } from "./demo-stage.ts";

/** What a machine's files were at the instant at which it held still, seen past the product: by hashing the host's folder. */
export interface HeldState {
  /** SHA-256 by path, as an exact restore names it. */
  readonly hashes: ReadonlyMap<string, string>;
  /** Path of the first disk's leaf on the host. */
  readonly leaf: string;
  /** The first disk as its guest saw it. */
  readonly view: GuestView;
}

export async function observeHeld(stage: DemoStage, held: HeldMachine): Promise<HeldState> {
  const [disk] = held.disks;
  if (disk === undefined) throw new TypeError(`"${held.machine.name}" of the demonstration has no disk`);
  const paths = new Set(held.files.map((file) => file.path));
  for (const { viewLeaf } of held.disks)
    for (const beside of await filesBeside(stage, viewLeaf)) paths.add(beside);
  const hashes = new Map<string, string>();
  for (const path of paths) hashes.set(exactPath(path), await sha256Of(stage.native(path), stage));
  return { hashes, leaf: disk.viewLeaf, view: await guestView(stage.native(disk.viewLeaf)) };
}

/** SHA-256 of a file, in hexadecimal digits. @throws {InterruptedError} before it begins */
export async function sha256Of(native: string, stage: DemoStage): Promise<string> {
  throwIfInterrupted(stage.context.signal);
  const hash = createHash("sha256");
  await pipeline(createReadStream(native, { highWaterMark: MIB }), hash, {
    signal: stage.context.signal,
  });
  return hash.digest("hex");
}

/** The machine's folder of disks holds all files of their chains. */
async function filesBeside(stage: DemoStage, leaf: string): Promise<readonly string[]> {
  const folder = leaf.slice(0, leaf.lastIndexOf("\\"));
  const names = await readdir(dirname(stage.native(leaf)));
  return names.map((name) => `${folder}\\${name}`);
}
