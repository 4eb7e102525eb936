import { copyFileSync, linkSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { folderBytes } from "../folder-bytes.ts";
import { type Cost, measure } from "../measure.ts";
import type { Contender } from "./contender.ts";

const root = join(import.meta.dirname, "../..");
/** As it is published, made by `buildProgram`. */
const program = join(root, "dist/bin/stillpoint");
const PASSPHRASE = "correct horse battery staple";

/** As a user calls it, with the self-check that is always on. */
export const stillpoint: Contender = {
  name: "stillpoint",
  settings: "64 KiB chunks of the virtual disk, zstd 1, self-check on",
  version: () => {
    buildProgram();
    return measure(program, ["--version"]).output.trim();
  },
  setUp: (scratch) => stillpointAt(placesIn(scratch)).setUp(),
  backUp: (_day, source, scratch) => stillpointAt(placesIn(scratch)).backUp(source),
  verify: (scratch) => stillpointAt(placesIn(scratch)).verify(),
  restore: (_source, out, scratch) => stillpointAt(placesIn(scratch)).restore(out),
  storedBytes: (scratch) => folderBytes(placesIn(scratch).vault),
};

/** Makes the package that is measured, of the sources as they are now. */
export function buildProgram(): void {
  measure(process.execPath, [join(root, "tools/build.mjs"), join(root, "dist")]);
}

export interface StillpointPlaces {
  readonly vault: string;
  /** For passphrase, state and the folder that plays the host. */
  readonly beside: string;
}

/** The calls of one vault. */
export function stillpointAt({ vault, beside }: StillpointPlaces): {
  setUp(): void;
  backUp(source: string): Cost;
  verify(): Cost & { readonly chunks: number };
  restore(out: string): Cost;
} {
  const secret = join(beside, "secret");
  const host = join(beside, "host");
  const run = (command: readonly string[]): Cost & { readonly output: string } =>
    measure(program, [...command, "--vault", vault, "--passphrase-file", secret, "--json"], {
      environment: {
        STILLPOINT_STATE_DIR: join(beside, "state"),
        STILLPOINT_CACHE_DIR: join(beside, "cache"),
      },
    });
  return {
    setUp: () => {
      mkdirSync(beside, { recursive: true });
      writeFileSync(secret, PASSPHRASE);
      run(["vault", "init"]);
    },
    backUp: (source) => {
      layOut(source, host);
      return run(["backup", "--host", `folder:${host}`, "--all"]);
    },
    verify: () => {
      const cost = run(["verify", "--read-data"]);
      const { chunks } = JSON.parse(cost.output.trim().split("\n").at(-1) ?? "") as { chunks: number };
      return { ...cost, chunks };
    },
    restore: (out) =>
      run([
        "restore",
        ...readdirSync(host).map((machine) => `latest:${machine}`),
        "--exact",
        "--overwrite",
        "--to-folder",
        out,
      ]),
  };
}

function placesIn(scratch: string): StillpointPlaces {
  return { vault: join(scratch, "vault"), beside: scratch };
}

/** One host on every day: a machine is known by its folder, so the folders stay and the files in them change. */
function layOut(source: string, host: string): void {
  for (const machine of readdirSync(source)) {
    const folder = join(host, machine);
    mkdirSync(folder, { recursive: true });
    for (const old of readdirSync(folder)) rmSync(join(folder, old));
    for (const file of readdirSync(join(source, machine)))
      linkOrCopy(join(source, machine, file), join(folder, file));
  }
}

function linkOrCopy(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch {
    copyFileSync(from, to); // on another volume
  }
}
