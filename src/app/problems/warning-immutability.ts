import type { Warning } from "./warning.ts";
import { warning } from "./warning.ts";

/** Warnings about locks, and about restore points that somebody took away. */
export const IMMUTABILITY_WARNINGS: Readonly<Record<string, Warning>> = {
  "locks-not-renewed": warning("warning", [
    "The backup is done, but the locks of older objects in the vault could not be made longer; they hold until their dates.",
    "Run stillpoint vault renew, and see that this account may set the retention of objects; objects that are gone are named by stillpoint vault receipts and stillpoint verify: bring them back, or give them up, and the warning ends.",
    "Die Sicherung ist fertig, aber die Sperren älterer Objekte im Tresor ließen sich nicht verlängern; sie gelten bis zu ihrem Datum.",
    "Starten Sie stillpoint vault renew und sorgen Sie dafür, dass dieses Konto die Aufbewahrung von Objekten setzen darf; verschwundene Objekte nennen stillpoint vault receipts und stillpoint verify: Holen Sie sie zurück oder geben Sie sie auf, dann endet die Warnung.",
  ]),
  "restore-point-missing": warning(
    "warning",
    [
      "Restore points, or receipts of them, are gone although nobody removed them with stillpoint: somebody deleted objects, or the vault was set back to an older state.",
      "Find out who could write to the vault's place, and take that right away. In a bucket with versions the objects are only hidden: stillpoint vault receipts --show-hidden brings them back where the vault has locks, the provider's console elsewhere.",
      "Wiederherstellungspunkte oder ihre Quittungen sind verschwunden, obwohl niemand sie mit stillpoint entfernt hat: Jemand hat Objekte gelöscht, oder der Tresor wurde auf einen älteren Stand zurückgesetzt.",
      "Klären Sie, wer am Ort des Tresors schreiben konnte, und entziehen Sie dieses Recht. In einem Bucket mit Versionen sind die Objekte nur verdeckt: stillpoint vault receipts --show-hidden holt sie zurück, wenn der Tresor Sperren hat, sonst die Konsole des Anbieters.",
    ],
    [
      [
        "When you have seen it and nothing can be brought back: stillpoint vault receipts --accept-loss, and the next backups begin anew.",
        "Wenn Sie es geprüft haben und nichts zurückzuholen ist: stillpoint vault receipts --accept-loss; die nächsten Sicherungen setzen neu auf.",
      ],
    ],
  ),
};
