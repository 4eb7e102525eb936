import type { Problem } from "./problem.ts";
import { row } from "./row.ts";

/** Errors of locked objects, and of credentials that may only add. */
export const IMMUTABILITY_PROBLEMS: Readonly<Record<string, Problem>> = {
  "storage-locked": row(1, [
    "An object lock forbids to delete an object before its time. Nothing is wrong.",
    "Run the prune again when the lock has ended; the message says when.",
    "Eine Objektsperre verbietet, ein Objekt vor der Zeit zu löschen. Es ist nichts in Unordnung.",
    "Starten Sie prune erneut, wenn die Sperre abgelaufen ist; die Meldung nennt den Zeitpunkt.",
  ]),
  "vault-lock-unsupported": row(1, [
    "A vault whose objects are locked was asked for, and this place cannot lock objects.",
    "Take a bucket that was made with object lock; stillpoint vault probe LOCATION says whether one is. Versioning alone is not enough.",
    "Ein Tresor mit gesperrten Objekten war gewünscht, aber dieser Ort kann keine Objekte sperren.",
    "Nehmen Sie einen Bucket, der mit Object Lock angelegt wurde; stillpoint vault probe ORT sagt, ob das so ist. Versionierung allein genügt nicht.",
  ]),
  "prune-delete-denied": row(1, [
    "This credential may not delete, so a prune could remove nothing; nothing was changed. Backups, restores and verify need no right to delete.",
    "That is as it should be on a host that may only add: run the prune from a machine whose credential may delete.",
    "Diese Zugangsdaten dürfen nicht löschen, ein prune könnte also nichts entfernen; geändert wurde nichts. Sicherung, Wiederherstellung und verify brauchen kein Löschrecht.",
    "Auf einem Host, der nur hinzufügen darf, ist das gewollt: Führen Sie prune auf einem Rechner aus, dessen Zugangsdaten löschen dürfen.",
  ]),
};
