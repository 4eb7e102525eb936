import { join } from "node:path";
import { folderBytes } from "../folder-bytes.ts";
import { installedVersion, measure } from "../measure.ts";
import type { Contender } from "./contender.ts";

/** The strongest of the tuned peers on disks of machines: chunks of a fixed 64 KiB. */
export const borg64: Contender = {
  name: "borg64",
  settings: "repokey, fixed 64 KiB chunks, zstd 1, no cache of files",
  version: () => installedVersion("borg", ["--version"]),
  setUp: (scratch) => void measure("borg", ["init", "-e", "repokey", repository(scratch)], options(scratch)),
  backUp: (day, source, scratch) =>
    measure(
      "borg",
      [
        "create",
        "--chunker-params",
        "fixed,65536",
        "-C",
        "zstd,1",
        "--files-cache=disabled",
        `${repository(scratch)}::${day}`,
        ".",
      ],
      { ...options(scratch), cwd: source },
    ),
  verify: (scratch) => measure("borg", ["check", "--verify-data", repository(scratch)], options(scratch)),
  restore: (_source, out, scratch) =>
    measure("borg", ["extract", `${repository(scratch)}::day3`], { ...options(scratch), cwd: out }),
  storedBytes: (scratch) => folderBytes(repository(scratch)),
};

function repository(scratch: string): string {
  return join(scratch, "borg");
}

function options(scratch: string): { readonly environment: Readonly<Record<string, string>> } {
  return {
    environment: {
      BORG_PASSPHRASE: "bench",
      BORG_BASE_DIR: join(scratch, "borg-base"),
      BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK: "yes",
      BORG_RELOCATED_REPO_ACCESS_IS_OK: "yes",
    },
  };
}
