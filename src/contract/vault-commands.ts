import type { CommandContract } from "./command-contract.ts";
import { EXIT } from "./exit.ts";
import { VAULT } from "./vault-parameters.ts";

/** Makes vaults, describes them, and says who opens them. */
export const VAULT_COMMANDS = {
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
    exitCodes: [EXIT.interrupted],
  },
  "vault renew": {
    name: "vault renew",
    summary: "make the locks longer of what restore points need",
    description:
      "In a vault that was made with --lock: everything that restore points need is locked for the vault's number of days again, once in two weeks; in between it asks for nothing. backup and prune do it by themselves, so this is for vaults that rest. What is in the trash, or belongs to no restore point, is left out: its lock runs out.",
    parameters: [...VAULT, "stateDir", "json"],
    example: "stillpoint vault renew --vault s3://s3.example.com/vaults/hv01",
    exitCodes: [EXIT.interrupted],
  },
  "vault receipts": {
    name: "vault receipts",
    summary: "say whether restore points went that nobody removed",
    description:
      "Every restore point has a signed receipt, and every removal too; this holds them against the restore points that are there, and against what this machine wrote last. Fast: no data is read. verify does it as well.",
    parameters: [...VAULT, "showHidden", "acceptLoss", "stateDir", "json"],
    example: "stillpoint vault receipts --vault /backup/vault",
    exitCodes: [EXIT.damaged, EXIT.interrupted],
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
} as const satisfies Record<string, CommandContract>;
