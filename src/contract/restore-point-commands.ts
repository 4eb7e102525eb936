import type { CommandContract } from "./command-contract.ts";
import { EXIT } from "./exit.ts";
import type { ParameterName } from "./parameters.ts";
import { VAULT } from "./vault-parameters.ts";

const POINTS = {
  name: "POINT",
  text: "an id, a unique prefix of one, or latest:NAME",
  optional: true,
  several: true,
} as const;

/** What a restore does where not all is well. */
const NOT_WELL: readonly ParameterName[] = ["salvage", "ignoreSpace", "failOnWarning"];

/** What is done with restore points. */
export const RESTORE_POINT_COMMANDS = {
  points: {
    name: "points",
    summary: "list restore points",
    description: "Oldest first.",
    parameters: [...VAULT, "machine", "json"],
    example: "stillpoint points --vault /backup/vault --machine web01",
    exitCodes: [EXIT.damaged],
  },
  show: {
    name: "show",
    summary: "show one restore point: files, checkpoint tree, coverage",
    description: "Everything that the restore point says about itself, what it does not cover included.",
    argument: { name: "POINT", text: "an id, a unique prefix of one, or latest:NAME" },
    parameters: [...VAULT, "json"],
    example: "stillpoint show latest:web01 --vault /backup/vault",
    exitCodes: [EXIT.damaged],
  },
  restore: {
    name: "restore",
    summary: "bring machines' files back",
    description:
      "Writes the files of a restore point into an empty folder: laid out as Hyper-V's own export does, so that Hyper-V imports it, or with --exact byte for byte under their original paths. Several restore points, or with --all-latest the newest of every machine, go below one folder, each into a folder with its machine's name; with --exact all under their original paths there. Names and free space are looked at before the first byte is written; then a restore point that fails does not stop the others. Damage ends the restore of its machine with 4; with --salvage what can be read comes back all the same, marked as not whole, and the command still ends with 4. The summary of several has points and failed.",
    argument: POINTS,
    parameters: [...VAULT, "allLatest", "toFolder", "exact", "overwrite", ...NOT_WELL, "json"],
    example: "stillpoint restore latest:web01 --vault /backup/vault --to-folder /restore/web01",
    exitCodes: [EXIT.mixed, EXIT.damaged, EXIT.interrupted],
  },
  copy: {
    name: "copy",
    summary: "copy restore points into another vault",
    description:
      "Copies the restore points that are named, or with --machine all of these machines, or with --all all there are, into a vault with keys of its own, the oldest first. Every byte is authenticated, and stored as a backup into that vault would store it: what it has is not stored again, now or by later backups. A copy keeps machine, times and all that the original says of itself, so the same rules prune both. What is there already, or in the trash there, is left out; so the same command again goes on where one was interrupted, and copies every night what is new. With --json the summary has copied, skipped (because: there, in-trash or gone) and failed.",
    argument: POINTS,
    parameters: [
      ...VAULT,
      "toVault",
      "toPassphraseFile",
      "machine",
      "allPoints",
      "failOnWarning",
      "stateDir",
      "json",
    ],
    example:
      "stillpoint copy latest:web01 latest:db01 --vault /backup/vault --to-vault s3://s3.example.com/vaults/second",
    exitCodes: [EXIT.mixed, EXIT.damaged, EXIT.interrupted],
  },
} as const satisfies Record<string, CommandContract>;
