import type { ParameterName } from "./parameters.ts";

/** What a command promises; its help and the reference are made from it. */
export interface CommandContract {
  /** One or two words: `backup`, `vault init`. */
  readonly name: string;
  /** One line, for the list of commands. */
  readonly summary: string;
  /** A few sentences: what it does, what it leaves alone, when to use it. */
  readonly description: string;
  /** A positional argument, where there is one. */
  readonly argument?: {
    readonly name: string;
    readonly text: string;
    readonly optional?: true;
    /** Any number of them may be typed. */
    readonly several?: true;
  };
  readonly parameters: readonly ParameterName[];
  /** Typed as it stands. */
  readonly example: string;
  /** The exit codes beyond 0, 1 and 2 that it can end with. */
  readonly exitCodes?: readonly (3 | 4 | 130)[];
}

const VAULT: readonly ParameterName[] = ["vault", "passphraseFile"];
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

const POINTS = {
  name: "POINT",
  text: "an id, a unique prefix of one, or latest:NAME",
  optional: true,
  several: true,
} as const;

/** What a restore does where not all is well. */
const NOT_WELL: readonly ParameterName[] = ["salvage", "ignoreSpace", "failOnWarning"];

/** What is asked of a hold. */
const HOLD: readonly ParameterName[] = ["method", "memory", "excludeDisk"];

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
  "vault init": {
    name: "vault init",
    summary: "make a new vault",
    description:
      "Makes a vault in an empty place and prints its recovery key, once. Whoever has neither passphrase nor recovery key cannot read the vault, and nobody can help. For every command: a bucket's keys come from STILLPOINT_S3_ACCESS_KEY and STILLPOINT_S3_SECRET, else from where every AWS program looks, a server's from STILLPOINT_SFTP_KEY_FILE or STILLPOINT_SFTP_PASSWORD, an Azure account's from STILLPOINT_AZURE_KEY or STILLPOINT_AZURE_SAS, and what rclone: needs from rclone's own configuration; STILLPOINT_BANDWIDTH limits what goes to a vault and comes back, such as 08:00-18:00=20Mbit,else=unlimited.",
    parameters: [...VAULT, "lockDays", "lockMode", "parity", "allowWeak", "json"],
    example: "stillpoint vault init --vault /backup/vault --passphrase-file secret.txt",
  },
  "vault info": {
    name: "vault info",
    summary: "say what a vault is and holds",
    description: "Opens the vault and prints its identity, format, size and number of restore points.",
    parameters: [...VAULT, "json"],
    example: "stillpoint vault info --vault /backup/vault",
  },
  "vault probe": {
    name: "vault probe",
    summary: "hold a place against what a vault asks of it",
    description:
      "Writes into a scratch place beside what is there and removes it: whether what was written is read and listed at once, whether a name is ever overwritten, parts of objects, deletes, an object of the size of a pack, 16 writers of one name, versions and object lock, and how fast the place is. Moves about 80 MiB there and back. vault init runs a short form of it by itself.",
    argument: { name: "LOCATION", text: "the place, as --vault takes it" },
    parameters: ["json"],
    example: "stillpoint vault probe s3://s3.example.com/vaults/hv01",
    exitCodes: [130],
  },
  "vault renew": {
    name: "vault renew",
    summary: "make the locks longer of what restore points need",
    description:
      "In a vault that was made with --lock: everything that restore points need is locked for the vault's number of days again, once in two weeks; in between it asks for nothing. backup and prune do it by themselves, so this is for vaults that rest. What is in the trash, or belongs to no restore point, is left out: its lock runs out.",
    parameters: [...VAULT, "stateDir", "json"],
    example: "stillpoint vault renew --vault s3://s3.example.com/vaults/hv01",
    exitCodes: [130],
  },
  "vault receipts": {
    name: "vault receipts",
    summary: "say whether restore points went that nobody removed",
    description:
      "Every restore point has a signed receipt, and every removal too; this holds them against the restore points that are there, and against what this machine wrote last. Fast: no data is read. verify does it as well.",
    parameters: [...VAULT, "showHidden", "acceptLoss", "stateDir", "json"],
    example: "stillpoint vault receipts --vault /backup/vault",
    exitCodes: [4, 130],
  },
  "vault key list": {
    name: "vault key list",
    summary: "list the key slots of a vault, and the hosts that may add to it",
    description:
      "Each slot opens the vault with a passphrase or recovery key of its own. Each host has a key file with which it backs up and reads nothing.",
    parameters: [...VAULT, "json"],
    example: "stillpoint vault key list --vault /backup/vault",
  },
  "vault key add": {
    name: "vault key add",
    summary: "add a passphrase or a recovery key to a vault",
    description:
      "The new passphrase opens the vault beside the old ones; no data is written again. With --recovery a recovery key is made and printed once, in one piece or, with --shares and --threshold, as shares for several papers, of which that many open the vault. The new slot is read back before the command ends.",
    parameters: [...VAULT, "newPassphraseFile", "recovery", "shares", "threshold", "allowWeak", "json"],
    example: "stillpoint vault key add --vault /backup/vault --recovery --shares 5 --threshold 3",
  },
  "vault key rotate": {
    name: "vault key rotate",
    summary: "put a new passphrase in the place of the one in use",
    description:
      "Adds the new passphrase, reads its slot back, opens it, and only then removes the slot that the vault was opened with: whenever it is killed, one of the two opens the vault. Whoever copied the old slot and knows the old passphrase still knows the vault's master key; only a new vault has another one.",
    parameters: [...VAULT, "newPassphraseFile", "allowWeak", "json"],
    example: "stillpoint vault key rotate --vault /backup/vault --new-passphrase-file new.txt",
  },
  "vault key remove": {
    name: "vault key remove",
    summary: "remove a key slot from a vault",
    description:
      "The slot's passphrase or recovery key opens the vault no longer. The last slot cannot be removed, and the one that the vault was just opened with only with --even-in-use.",
    parameters: [...VAULT, "slot", "evenInUse", "json"],
    example: "stillpoint vault key remove --vault /backup/vault --slot 3f2a",
  },
  "vault key recover": {
    name: "vault key recover",
    summary: "open a vault with recovery shares, and give it a new passphrase",
    description:
      "Joins the shares of as many files as were kept apart and adds a passphrase; all other keys stay. A single file with enough shares, one a line, may stand in the place of any command's passphrase file too.",
    parameters: ["vault", "shareFile", "newPassphraseFile", "allowWeak", "json"],
    example:
      "stillpoint vault key recover --vault /backup/vault --share-file a.txt --share-file b.txt --new-passphrase-file new.txt",
  },
  "vault key add-host": {
    name: "vault key add-host",
    summary: "give a host a key with which it backs up and reads nothing",
    description:
      "Makes a key file that backup takes in the place of a passphrase file. With it a host adds restore points and finds what the vault already has; it can neither list, read, restore nor remove anything, its own restore points included. Others use the data that it stored only when verify --read-data has read it back. What the storage lets it delete is for the storage's own rights to say.",
    argument: { name: "NAME", text: "what the host is called in lists" },
    parameters: [...VAULT, "outFile", "json"],
    example: "stillpoint vault key add-host hv01 --vault /backup/vault --out hv01.key",
  },
  "vault key remove-host": {
    name: "vault key remove-host",
    summary: "take a host's key away",
    description:
      "What the host stored until now stays and can be restored; what is added with its key from now on does not count, and verify tells of it.",
    argument: { name: "NAME", text: "the host, by its name or the beginning of its id" },
    parameters: [...VAULT, "json"],
    example: "stillpoint vault key remove-host hv01 --vault /backup/vault",
  },
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
    exitCodes: [3, 4, 130],
  },
  "host doctor": {
    name: "host doctor",
    summary: "list what backups left on a host, and take away what is ours",
    description:
      "Lists what killed runs of this installation left (checkpoints, shadow copies, suspended replication, paused guests, temporary files, after commands that did not run) and what others may have left: other products' backup checkpoints, differencing disks that no checkpoint explains, merges, shadow copies. Each with owner, age and what would be done. With --execute it removes what this installation's journal knows, and nothing else.",
    parameters: [...HOST, "executeDoctor", "stateDir", "json"],
    example: "stillpoint host doctor --host sim:/lab/hv01",
    exitCodes: [130],
  },
  "host probe": {
    name: "host probe",
    summary: "ask a host the questions that nobody could answer without one, and print a report to send in",
    description:
      "Runs the harmless experiments of docs/unconfirmed.md: queries, and methods that only answer. Nothing is changed on the host, no program is run and no file is made. Names, ids and paths are replaced by pseudonyms, the same one for the same thing; read the report before you send it.",
    parameters: [...HOST, "plain", "stateDir", "json"],
    example: "stillpoint host probe --host sim:/lab/hv01",
    exitCodes: [130],
  },
  points: {
    name: "points",
    summary: "list restore points",
    description: "Oldest first.",
    parameters: [...VAULT, "machine", "json"],
    example: "stillpoint points --vault /backup/vault --machine web01",
    exitCodes: [4],
  },
  show: {
    name: "show",
    summary: "show one restore point: files, checkpoint tree, coverage",
    description: "Everything that the restore point says about itself, what it does not cover included.",
    argument: { name: "POINT", text: "an id, a unique prefix of one, or latest:NAME" },
    parameters: [...VAULT, "json"],
    example: "stillpoint show latest:web01 --vault /backup/vault",
    exitCodes: [4],
  },
  restore: {
    name: "restore",
    summary: "bring machines' files back",
    description:
      "Writes the files of a restore point into an empty folder: laid out as Hyper-V's own export does, so that Hyper-V imports it, or with --exact byte for byte under their original paths. Several restore points, or with --all-latest the newest of every machine, go below one folder, each into a folder with its machine's name; with --exact all under their original paths there. Names and free space are looked at before the first byte is written; then a restore point that fails does not stop the others. Damage ends the restore of its machine with 4; with --salvage what can be read comes back all the same, marked as not whole, and the command still ends with 4. The summary of several has points and failed.",
    argument: POINTS,
    parameters: [...VAULT, "allLatest", "toFolder", "exact", "overwrite", ...NOT_WELL, "json"],
    example: "stillpoint restore latest:web01 --vault /backup/vault --to-folder /restore/web01",
    exitCodes: [3, 4, 130],
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
    exitCodes: [3, 4, 130],
  },
  verify: {
    name: "verify",
    summary: "check that a vault is whole",
    description:
      "Checks that every restore point's parts are there; with --read-data every byte is read, decrypted and held against its identity, and the summary says how much was read of how much. Damage is listed with the restore points and machines that it touches, and written into the vault: the next backups store again what they still find. A percentage takes the longest unchecked part, so a tenth every night reads everything in ten; a reading of everything that was interrupted goes on where it was.",
    parameters: [...VAULT, "readData", "fromStart", "stateDir", "json"],
    example: "stillpoint verify --vault /backup/vault --read-data",
    exitCodes: [4, 130],
  },
  scrub: {
    name: "scrub",
    summary: "check a vault's stored bytes without its passphrase",
    description:
      "Reads every object that is named by its content (packs, index, key slots, receipts) and compares: for whoever keeps the storage and has no key. Without a key nobody can tell whether objects are missing, nor whether restore points and notes are whole: verify --read-data, with the passphrase, looks at that too and says which restore points are touched.",
    parameters: ["vault", "scrubPercent", "fromStart", "stateDir", "json"],
    example: "stillpoint scrub --vault /backup/vault",
    exitCodes: [4, 130],
  },
  repair: {
    name: "repair",
    summary: "save what can be saved of a damaged vault, and name what is lost",
    description:
      "Looks for lost parts of the index and for damaged packs, those too that verify --read-data found, and says what could be saved and what is lost: which restore points, machines, files and bytes, and what the next backup may heal. With --execute the index is made again, and what damaged packs still hold is stored again. Only new objects are written, nothing is changed in place; a prune takes the damaged ones later. Safe beside everything else, and to interrupt.",
    parameters: [...VAULT, "executeRepair", "json"],
    example: "stillpoint repair --vault /backup/vault",
    exitCodes: [4, 130],
  },
  prune: {
    name: "prune",
    summary: "remove restore points by rules, and what none of them needs",
    description:
      "Shows which restore points stay, by which rule, what each needs alone and what removing the others frees; with --execute these go into the trash, from which they can be taken back, and what no restore point needs any more is deleted. Each machine is looked at by itself; its newest restore point always stays. Without rules everything stays, and only waste is removed. Safe beside backups, restores and other prunes.",
    parameters: [
      ...VAULT,
      "keepLast",
      "keepWithin",
      "keepSince",
      "keepHourly",
      "keepDaily",
      "keepWeekly",
      "keepMonthly",
      "keepYearly",
      "keepInTurn",
      "timeZone",
      "machine",
      "removePoint",
      "trashDays",
      "allowMany",
      "executePrune",
      "json",
    ],
    example: "stillpoint prune --vault /backup/vault --keep-daily 14 --keep-monthly 12,first,day=31",
    exitCodes: [4, 130],
  },
  "trash list": {
    name: "trash list",
    summary: "list restore points that were removed and can be taken back",
    description: "The next to go first.",
    parameters: [...VAULT, "json"],
    example: "stillpoint trash list --vault /backup/vault",
  },
  "trash take-back": {
    name: "trash take-back",
    summary: "take a restore point out of the trash",
    description: "It is there as before, with all that it needs.",
    argument: { name: "POINT", text: "its id, or a unique prefix of it" },
    parameters: [...VAULT, "json"],
    example: "stillpoint trash take-back 3f2a91 --vault /backup/vault",
  },
  simulate: {
    name: "simulate",
    summary: "let a simulated host answer on the network, as Windows does",
    description:
      "Serves the simulated host of a folder over WS-Management with NTLM and sealing, remote shells included, until it is told to end (SIGINT or SIGTERM). Prints one line when it listens. What happens to the host is in its host.json at once; several processes may have it open.",
    parameters: [
      "simulatedState",
      "listen",
      "listenHttps",
      "certificate",
      "certificateKey",
      "simulatedUser",
      "passwordFile",
      "json",
    ],
    example: "stillpoint simulate --state /lab/hv01 --user admin --password-file password.txt",
  },
  "simulate write": {
    name: "simulate write",
    summary: "let the guest of a simulated machine write to a disk",
    description:
      "The machine must run. Change tracking counts what is written, the disk's leaf changes as a guest's write changes it.",
    parameters: ["simulatedState", "oneMachine", "diskNumber", "offset", "fromFile", "json"],
    example:
      "stillpoint simulate write --state /lab/hv01 --machine web01 --disk 0 --offset 1048576 --from data.bin",
  },
  "simulate checkpoint": {
    name: "simulate checkpoint",
    summary: "let a user make a checkpoint of a simulated machine",
    description:
      "The machine's disks get differencing disks, as Hyper-V makes them. Prints the checkpoint's id.",
    parameters: ["simulatedState", "oneMachine", "checkpointName", "json"],
    example: "stillpoint simulate checkpoint --state /lab/hv01 --machine web01 --name before-update",
  },
  "simulate apply": {
    name: "simulate apply",
    summary: "let a user go back to a checkpoint of a simulated machine",
    description: "What was written since is thrown away, as Hyper-V does it.",
    parameters: ["simulatedState", "oneMachine", "checkpointName", "json"],
    example: "stillpoint simulate apply --state /lab/hv01 --machine web01 --name before-update",
  },
  "simulate remove": {
    name: "simulate remove",
    summary: "let a user remove a checkpoint of a simulated machine",
    description: "Its disks are merged into their parents, or later when somebody reads them.",
    parameters: ["simulatedState", "oneMachine", "checkpointName", "json"],
    example: "stillpoint simulate remove --state /lab/hv01 --machine web01 --name before-update",
  },
  "simulate audit": {
    name: "simulate audit",
    summary: "say what was left behind on a simulated host",
    description:
      "Recovery checkpoints, shadow copies, outstanding merges, differencing disks that nobody needs, host jobs that have not ended, and scripted faults that never came. Ends with 1 when there is anything.",
    parameters: ["simulatedState", "json"],
    example: "stillpoint simulate audit --state /lab/hv01",
  },
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
