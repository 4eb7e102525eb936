/** One thing that a user can say to a command; flags, references and (later) routes are made from it. */
export interface Parameter {
  /** Long flag without dashes. */
  readonly flag: string;
  /** What stands for the value in help texts; absent for a switch. */
  readonly value?: string;
  /** One sentence, with unit and default where there are any. */
  readonly text: string;
  /** May be given several times. */
  readonly repeatable?: true;
  readonly required?: true;
  /** Values that are allowed, where they can be listed. */
  readonly choices?: readonly string[];
}

/** Where one of the user's commands runs. */
function commandPlace<Stage extends "before" | "thaw" | "after">(
  stage: Stage,
): Parameter & { readonly flag: `${Stage}-on` } {
  return {
    flag: `${stage}-on`,
    value: "PLACE",
    choices: ["here", "host"],
    text: `where the ${stage} command runs: here (the default, the machine that runs stillpoint) or on the Hyper-V host`,
  };
}

/** A rule that keeps one restore point of each period. */
function keepOneOfEach<Word extends string>(
  period: string,
  word: Word,
): Parameter & { readonly flag: `keep-${Word}` } {
  const start = { week: ", weekday=1 to 7", month: ", day=1 to 31", year: ", month=1 to 12, day=1 to 31" }[
    period
  ];
  return {
    flag: `keep-${word}`,
    value: "N[,…]",
    text: `keep the last restore point of each of the N newest ${period}s that have one; after N may follow: first (of each ${period} instead), calendar (${period}s without one count too)${start ?? ""}${start === undefined ? "" : ` (where a ${period} begins)`}`,
  };
}

/** Every parameter of every command, once. */
export const PARAMETERS = {
  host: {
    flag: "host",
    value: "HOST",
    required: true,
    text: "the host: local (this Windows Server), winrm://USER@NAME[:PORT] or winrms://… (over HTTPS; USER may be DOMAIN%5CUSER or USER@DOMAIN), folder:DIR (exported machines or loose disks) or sim:DIR (a simulated host)",
  },
  pathMap: {
    flag: "path-map",
    value: "FILE",
    text: 'JSON file that says where the drives of a host over WinRM are readable from here: {"drives":{"D":"/mnt/hv01-d"}}; on Windows the administrative shares are the default',
  },
  hostPasswordFile: {
    flag: "host-password-file",
    value: "FILE",
    text: "file with the password of the user of a host over WinRM; else STILLPOINT_HOST_PASSWORD, else a prompt",
  },
  hostCertificate: {
    flag: "host-certificate",
    value: "SHA256|FILE",
    text: "for winrms: the SHA-256 fingerprint of the only certificate to trust, or a PEM file of the authority that vouches for it; else the system's authorities",
  },
  hostAuth: {
    flag: "host-auth",
    value: "WAY",
    choices: ["ntlm", "kerberos", "basic"],
    text: "how to sign in to a host over WinRM: ntlm (the default), kerberos or basic (over HTTPS only)",
  },
  machine: {
    flag: "machine",
    value: "NAME|ID",
    repeatable: true,
    text: "a machine by name or id; may be repeated",
  },
  all: { flag: "all", text: "all machines that the host has when the run starts" },
  vault: {
    flag: "vault",
    value: "VAULT",
    required: true,
    text: "where the vault lives: a path (\\\\SERVER\\SHARE\\FOLDER too), s3://ENDPOINT/BUCKET/PREFIX[?region=NAME], azure://ACCOUNT/CONTAINER/PREFIX, sftp://USER@HOST[:PORT]/PATH?host-key=SHA256:… or rclone:REMOTE:PATH; `stillpoint vault init --help` says where their keys come from",
  },
  passphraseFile: {
    flag: "passphrase-file",
    value: "FILE",
    text: "file with the vault's passphrase (UTF-8; one trailing line end is not part of it); else STILLPOINT_PASSPHRASE, else a prompt",
  },
  newPassphraseFile: {
    flag: "new-passphrase-file",
    value: "FILE",
    text: "file with the passphrase of the new key slot; else STILLPOINT_NEW_PASSPHRASE, else a prompt",
  },
  slot: { flag: "slot", value: "ID", text: "the key slot, by its id or a unique prefix of it" },
  lockDays: {
    flag: "lock",
    value: "DAYS",
    text: "lock every object against deletion for at least so many days, 1 to 3650, in a bucket that was made with object lock; backup, prune and vault renew make the locks longer of what restore points need",
  },
  lockMode: {
    flag: "lock-mode",
    value: "MODE",
    choices: ["compliance", "governance"],
    text: "with --lock: compliance (the default), which nobody can lift before its time, not the bucket's owner either, or governance, which an account with that right can",
  },
  parity: {
    flag: "parity",
    text: "put parity beside every pack, 3 % more, with which repair mends packs that the storage has damaged in one or two places",
  },
  acceptLoss: {
    flag: "accept-loss",
    text: "you have seen what is missing: from now on it counts as removed",
  },
  showHidden: {
    flag: "show-hidden",
    text: "in a vault with locks: bring back the objects that somebody has hidden by plain deletes, first",
  },
  evenInUse: {
    flag: "even-in-use",
    text: "remove the key slot although the vault was just opened with it",
  },
  recovery: { flag: "recovery", text: "add a recovery key, which is printed once, and no passphrase" },
  shares: {
    flag: "shares",
    value: "M",
    text: "with --recovery: print the key as M shares for M papers, 2 to 255, instead of as one",
  },
  threshold: {
    flag: "threshold",
    value: "N",
    text: "how many of the shares open the vault, 2 to M; fewer say nothing of the key",
  },
  shareFile: {
    flag: "share-file",
    value: "FILE",
    repeatable: true,
    text: "a file with one or more recovery shares, each on a line; may be repeated",
  },
  outFile: {
    flag: "out",
    value: "FILE",
    required: true,
    text: "a new file for the host's key, which only its owner may read",
  },
  toVault: {
    flag: "to-vault",
    value: "VAULT",
    required: true,
    text: "the vault that the copies go to, in any form that --vault takes; it has its own passphrase",
  },
  toPassphraseFile: {
    flag: "to-passphrase-file",
    value: "FILE",
    text: "file with the passphrase of the vault that the copies go to, or with the key of a host that may only add; else STILLPOINT_TO_PASSPHRASE, else a prompt",
  },
  allPoints: { flag: "all", text: "all restore points of the vault" },
  allowWeak: { flag: "allow-weak-passphrase", text: "take a passphrase that is easy to guess" },
  stateDir: {
    flag: "state-dir",
    value: "DIR",
    text: "journal and run history; else STILLPOINT_STATE_DIR, else the system's place for it",
  },
  json: { flag: "json", text: "one JSON document a line; the last one is the summary" },
  failOnWarning: { flag: "fail-on-warning", text: "exit with 3 when there were warnings" },
  requireApplication: {
    flag: "require-application",
    text: "fail a running machine that cannot be held application-consistent, before anything is made on the host",
  },
  method: {
    flag: "method",
    value: "METHOD",
    choices: ["auto", "recovery-checkpoint", "shadow-copy"],
    text: "how machines are held: auto (the default) takes the best for each; another one is used or the machine fails before anything is made on the host",
  },
  memory: {
    flag: "memory",
    value: "WHAT",
    choices: ["saved", "include"],
    text: "saved (the default) keeps the memory of machines that are saved; include also keeps that of running machines, by a standard checkpoint that is made before the hold and removed after it, so that memory and disks are of two instants",
  },
  excludeDisk: {
    flag: "exclude-disk",
    value: "[MACHINE:]DISK",
    repeatable: true,
    text: "leave a disk out: by its place (scsi,0,1), or by a path or file name in which * stands for anything and ? for one character; for one machine or, without its name, for all; parents that other disks need are kept",
  },
  allowServiceSwitch: {
    flag: "allow-service-switch",
    text: "where the VSS writer of Windows Server 2012 R2 fails a machine twice although its guest answers, switch the guest's backup service off for the shadow copy and on again, rather than fail; the backup is crash-consistent then",
  },
  retryDelay: {
    flag: "retry-delay",
    value: "SECONDS",
    text: "how long a machine that is busy is left alone after the first attempt, 1 to 86400; default 30; each further pause is twice as long, up to 8 min",
  },
  retries: {
    flag: "retries",
    value: "N",
    text: "how often a machine that is busy is tried, 1 to 100; default 5",
  },
  executeDoctor: {
    flag: "execute",
    text: "take away what is ours, and look again; without it nothing is changed",
  },
  plain: {
    flag: "plain",
    text: "print names, ids and paths as they are, instead of pseudonyms",
  },
  suspendReplication: {
    flag: "suspend-replication",
    text: "suspend each machine's Hyper-V replication on this host before it is held, and let it go on afterwards, whatever happens",
  },
  before: {
    flag: "before",
    value: "COMMAND",
    text: "a line for the shell, run before each machine is held; when it fails, the machine is not backed up",
  },
  beforeOn: commandPlace("before"),
  thaw: {
    flag: "thaw",
    value: "COMMAND",
    text: "a line for the shell, run when the machine holds still and nothing of it was read yet; when it fails, the machine is let go",
  },
  thawOn: commandPlace("thaw"),
  after: {
    flag: "after",
    value: "COMMAND",
    text: "a line for the shell, run when the machine was let go, whatever became of it; also by the next start after a kill",
  },
  afterOn: commandPlace("after"),
  commandTimeout: {
    flag: "command-timeout",
    value: "SECONDS",
    text: "how long each of these commands may take, 1 to 86400; default 900",
  },
  toFolder: {
    flag: "to-folder",
    value: "DIR",
    required: true,
    text: "an empty or new folder to restore into",
  },
  exact: {
    flag: "exact",
    text: "every file byte for byte under its original path, instead of Hyper-V's export layout",
  },
  overwrite: { flag: "overwrite", text: "restore into a folder that is not empty" },
  allLatest: { flag: "all-latest", text: "the newest restore point of every machine, instead of POINTs" },
  salvage: {
    flag: "salvage",
    text: "of damaged files bring back what can be read: the rest is zeros, and a report beside each file lists it",
  },
  ignoreSpace: {
    flag: "ignore-space",
    text: "do not refuse when the folder seems to have too little free space: its file system may compress",
  },
  readData: {
    flag: "read-data",
    value: "[PERCENT]",
    text: "also read, decrypt and check the data itself; a percentage takes so much of it, the longest unchecked first (default 100)",
  },
  scrubPercent: {
    flag: "percent",
    value: "PERCENT",
    text: "read so much of it, the longest unchecked first (default 100)",
  },
  fromStart: {
    flag: "from-start",
    text: "begin again, also where a reading of everything was interrupted and could go on",
  },
  executeRepair: { flag: "execute", text: "do it; without this the vault is only looked at" },
  simulatedState: {
    flag: "state",
    value: "DIR",
    text: "the simulated host's folder, with host.json (required)",
  },
  listen: {
    flag: "listen",
    value: "ADDRESS",
    text: "address and port for HTTP, sealed by NTLM; default 127.0.0.1:5985 unless --listen-https is given; port 0 takes one that is free",
  },
  listenHttps: {
    flag: "listen-https",
    value: "ADDRESS",
    text: "address and port for HTTPS; wants --certificate and --key",
  },
  certificate: { flag: "certificate", value: "FILE", text: "the certificate for HTTPS, in PEM" },
  certificateKey: { flag: "key", value: "FILE", text: "the certificate's private key, in PEM" },
  simulatedUser: { flag: "user", value: "NAME", text: "who may sign in to the simulated host (required)" },
  passwordFile: {
    flag: "password-file",
    value: "FILE",
    text: "file with that user's password; one trailing line end is not part of it (required)",
  },
  oneMachine: { flag: "machine", value: "NAME|ID", text: "a machine by name or id (required)" },
  diskNumber: {
    flag: "disk",
    value: "N",
    text: "the machine's disk, counted from 0 in the order of host.json (required)",
  },
  offset: {
    flag: "offset",
    value: "BYTES",
    text: "where on the disk the guest writes: whole sectors (required)",
  },
  fromFile: {
    flag: "from",
    value: "FILE",
    text: "the bytes that the guest writes: whole sectors (required)",
  },
  checkpointName: { flag: "name", value: "NAME|ID", text: "the checkpoint's name, or its id (required)" },
  keepLast: { flag: "keep-last", value: "N", text: "keep the N newest restore points of each machine" },
  keepWithin: {
    flag: "keep-within",
    value: "TIME",
    text: "keep what is not older, by the calendar: 1y6m, 14d, 48h",
  },
  keepSince: {
    flag: "keep-since",
    value: "DAY",
    text: "keep what was made on that day or later: 2026-01-31",
  },
  keepHourly: keepOneOfEach("hour", "hourly"),
  keepDaily: keepOneOfEach("day", "daily"),
  keepWeekly: keepOneOfEach("week", "weekly"),
  keepMonthly: keepOneOfEach("month", "monthly"),
  keepYearly: keepOneOfEach("year", "yearly"),
  keepInTurn: {
    flag: "keep-in-turn",
    text: "a rule does not count periods in which a rule before it keeps something, as Proxmox Backup Server does; else each rule counts for itself",
  },
  timeZone: {
    flag: "time-zone",
    value: "ZONE",
    text: "where days and weeks begin at midnight, such as Europe/Berlin; default: this system's",
  },
  removePoint: {
    flag: "remove",
    value: "POINT",
    repeatable: true,
    text: "a restore point that goes whatever the rules say; may be repeated",
  },
  trashDays: {
    flag: "trash-days",
    value: "N",
    text: "how long what goes can be taken back, 0 to 3650 days; default 7",
  },
  allowMany: { flag: "allow-many", text: "go on although more than half of all restore points would go" },
  executePrune: { flag: "execute", text: "do it; without this the plan is only shown" },
  keepDemo: { flag: "keep", text: "leave the demonstration's folder and say where it is" },
} as const satisfies Record<string, Parameter>;

export type ParameterName = keyof typeof PARAMETERS;
