import { join } from "node:path";
import { folderBytes } from "../folder-bytes.ts";
import { installedVersion, measure } from "../measure.ts";
import type { Contender } from "./contender.ts";

/** As it comes, with the repository format that compresses. Every day is a folder of its own, so it reads everything. */
export const restic: Contender = {
  name: "restic",
  settings: "default: chunks of about 1 MiB cut by content, zstd",
  version: () => installedVersion("restic", ["version"]),
  setUp: (scratch) =>
    void measure("restic", ["init", "--quiet", "--repository-version", "2"], options(scratch)),
  backUp: (day, source, scratch) =>
    measure("restic", ["backup", "--quiet", "--tag", day, "."], { ...options(scratch), cwd: source }),
  verify: (scratch) => measure("restic", ["check", "--read-data", "--quiet"], options(scratch)),
  restore: (_source, out, scratch) =>
    measure("restic", ["restore", "latest", "--quiet", "--target", out], options(scratch)),
  storedBytes: (scratch) => folderBytes(join(scratch, "restic")),
};

function options(scratch: string): { readonly environment: Readonly<Record<string, string>> } {
  return {
    environment: {
      RESTIC_REPOSITORY: join(scratch, "restic"),
      RESTIC_PASSWORD: "bench",
      RESTIC_CACHE_DIR: join(scratch, "restic-cache"),
    },
  };
}
