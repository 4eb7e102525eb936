import type { CommandContract } from "./command-contract.ts";
import { EXIT } from "./exit.ts";
import { MAINTENANCE_COMMANDS } from "./maintenance-commands.ts";
import type { ParameterName } from "./parameters.ts";
import { RESTORE_POINT_COMMANDS } from "./restore-point-commands.ts";
import { SIMULATE_COMMANDS } from "./simulate-commands.ts";
import { VAULT_COMMANDS } from "./vault-commands.ts";
import { VAULT } from "./vault-parameters.ts";

/** A host and how it is reached. */
const HOST: readonly ParameterName[] = ["host", "hostPasswordFile", "hostCertificate", "hostAuth", "pathMap"];

const COMMANDS_OF_ITEM: readonly ParameterName[] = [
  "before",
  "beforeOn",
  "thaw",
  "thawOn",
  "after",
  "afterOn",
  "commandTimeout",
];

/** What is asked of a hold. */
const HOLD: readonly ParameterName[] = ["method", "memory", "excludeDisk"];

/** Every command, in the order in which help lists them. */
export const COMMANDS = {
  demo: {
    name: "demo",
    summary: "show the whole path on a simulated host",
    description:
      "Makes a simulated Hyper-V host with three machines in a temporary folder and tells the story: forecast, backup, a change inside a guest disk while it is held, an incremental, a restore, and the proof that what came back is equal.",
    parameters: ["keepDemo", "json"],
    example: "stillpoint demo",
  },
  machines: {
    name: "machines",
    summary: "list a host's machines with state, disks and forecast",
    description: "Reads the host's inventory. Changes nothing on the host.",
    parameters: [...HOST, "machine", "stateDir", "json"],
    example: "stillpoint machines --host folder:/exports",
  },
  forecast: {
    name: "forecast",
    summary: "say how consistent a backup of each machine would be, and why",
    description:
      "For each machine: the consistency that a backup would reach, the method, whether the guest is interrupted, what would not be covered, and the reason for each. Changes nothing on the host.",
    parameters: [...HOST, "machine", ...HOLD, "stateDir", "json"],
    example: "stillpoint forecast --host sim:/lab/hv01",
  },
  ...VAULT_COMMANDS,
  backup: {
    name: "backup",
    summary: "back up machines into a vault",
    description:
      "Holds each machine still at the most consistent point that it allows, reads its configuration, all its disks and its whole checkpoint tree into the vault, lets it go, and says whether anything was left behind on the host. A machine that fails does not stop the others.",
    parameters: [
      ...HOST,
      "all",
      "machine",
      ...VAULT,
      "requireApplication",
      ...HOLD,
      "allowServiceSwitch",
      "retries",
      "retryDelay",
      "suspendReplication",
      ...COMMANDS_OF_ITEM,
      "failOnWarning",
      "stateDir",
      "json",
    ],
    example: "stillpoint backup --host folder:/exports --all --vault /backup/vault",
    exitCodes: [EXIT.mixed, EXIT.damaged, EXIT.interrupted],
  },
  "host doctor": {
    name: "host doctor",
    summary: "list what backups left on a host, and take away what is ours",
    description:
      "Lists what killed runs of this installation left (checkpoints, shadow copies, suspended replication, paused guests, temporary files, after commands that did not run) and what others may have left: other products' backup checkpoints, differencing disks that no checkpoint explains, merges, shadow copies. Each with owner, age and what would be done. With --execute it removes what this installation's journal knows, and nothing else.",
    parameters: [...HOST, "executeDoctor", "stateDir", "json"],
    example: "stillpoint host doctor --host sim:/lab/hv01",
    exitCodes: [EXIT.interrupted],
  },
  "host probe": {
    name: "host probe",
    summary: "ask a host the questions that nobody could answer without one, and print a report to send in",
    description:
      "Runs the harmless experiments of docs/unconfirmed.md: queries, and methods that only answer. Nothing is changed on the host, no program is run and no file is made. Names, ids and paths are replaced by pseudonyms, the same one for the same thing; read the report before you send it.",
    parameters: [...HOST, "plain", "stateDir", "json"],
    example: "stillpoint host probe --host sim:/lab/hv01",
    exitCodes: [EXIT.interrupted],
  },
  ...RESTORE_POINT_COMMANDS,
  ...MAINTENANCE_COMMANDS,
  ...SIMULATE_COMMANDS,
  explain: {
    name: "explain",
    summary: "say what a code means and what to do about it",
    description:
      "Every error, warning and note has a code. Prints its card: what it means, where the host shows it, and what to do, in English or, where the locale is German, in German. Without CODE all codes are listed.",
    argument: { name: "CODE", text: "a code, as it stands in brackets behind a message", optional: true },
    parameters: ["json"],
    example: "stillpoint explain machine-busy",
  },
} as const satisfies Record<string, CommandContract>;

/** What the first words of longer commands are about. */
export const COMMAND_GROUPS: Readonly<Record<string, string>> = {
  simulate: "let things happen on a simulated host",
  host: "look at a Hyper-V host itself: what was left on it, and what it says of open questions",
  trash: "restore points that were removed a short time ago",
  vault: "make and describe vaults, and say who opens them",
  key: "passphrases and recovery keys of a vault, and hosts' keys",
};

export type CommandName = keyof typeof COMMANDS;
