import type { CommandContract } from "./command-contract.ts";
import { EXIT } from "./exit.ts";
import { VAULT } from "./vault-parameters.ts";

/** Keeps a vault whole and as small as its rules say. */
export const MAINTENANCE_COMMANDS = {
  verify: {
    name: "verify",
    summary: "check that a vault is whole",
    description:
      "Checks that every restore point's parts are there; with --read-data every byte is read, decrypted and held against its identity, and the summary says how much was read of how much. Damage is listed with the restore points and machines that it touches, and written into the vault: the next backups store again what they still find. A percentage takes the longest unchecked part, so a tenth every night reads everything in ten; a reading of everything that was interrupted goes on where it was.",
    parameters: [...VAULT, "readData", "fromStart", "stateDir", "json"],
    example: "stillpoint verify --vault /backup/vault --read-data",
    exitCodes: [EXIT.damaged, EXIT.interrupted],
  },
  scrub: {
    name: "scrub",
    summary: "check a vault's stored bytes without its passphrase",
    description:
      "Reads every object that is named by its content (packs, index, key slots, receipts) and compares: for whoever keeps the storage and has no key. Without a key nobody can tell whether objects are missing, nor whether restore points and notes are whole: verify --read-data, with the passphrase, looks at that too and says which restore points are touched.",
    parameters: ["vault", "scrubPercent", "fromStart", "stateDir", "json"],
    example: "stillpoint scrub --vault /backup/vault",
    exitCodes: [EXIT.damaged, EXIT.interrupted],
  },
  repair: {
    name: "repair",
    summary: "save what can be saved of a damaged vault, and name what is lost",
    description:
      "Looks for lost parts of the index and for damaged packs, those too that verify --read-data found, and says what could be saved and what is lost: which restore points, machines, files and bytes, and what the next backup may heal. With --execute the index is made again, and what damaged packs still hold is stored again. Only new objects are written, nothing is changed in place; a prune takes the damaged ones later. Safe beside everything else, and to interrupt.",
    parameters: [...VAULT, "executeRepair", "json"],
    example: "stillpoint repair --vault /backup/vault",
    exitCodes: [EXIT.damaged, EXIT.interrupted],
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
    exitCodes: [EXIT.damaged, EXIT.interrupted],
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
} as const satisfies Record<string, CommandContract>;
