import type { Problem } from "./problem.ts";
import { row } from "./row.ts";

/** Errors of removing what no restore point needs. */
export const PRUNE_PROBLEMS: Readonly<Record<string, Problem>> = {
  "prune-point-unreadable": row(
    4,
    [
      "A restore point that a backup promised, or a list of its chunks, cannot be read any more. Nobody can tell what else it needs, so the prune deleted no data; backups, restores and the other restore points are not affected.",
      "If the storage can bring the named object back as it was (versions, snapshots, a mirror), let it do that. Else run stillpoint repair --execute, which makes again what can be made again, and then prune once more.",
      "Ein Wiederherstellungspunkt, den eine Sicherung zugesagt hat, oder eine Liste seiner Datenblöcke lässt sich nicht mehr lesen. Niemand kann sagen, was er sonst noch braucht, daher hat prune keine Daten gelöscht; Sicherungen, Wiederherstellungen und die übrigen Wiederherstellungspunkte sind nicht betroffen.",
      "Kann der Speicher das genannte Objekt im früheren Zustand zurückbringen (Versionen, Schnappschüsse, ein Spiegel), lassen Sie ihn das tun. Führen Sie sonst stillpoint repair --execute aus, das wiederherstellt, was sich wiederherstellen lässt, und danach erneut prune.",
    ],
    [
      [
        "Give the restore point up, if it is worth nothing any more: stillpoint prune --vault VAULT --remove POINT --trash-days 0 --execute, with the POINT that the message names, deletes it for good; everything else goes on.",
        "Geben Sie den Wiederherstellungspunkt auf, wenn er nichts mehr wert ist: stillpoint prune --vault TRESOR --remove PUNKT --trash-days 0 --execute mit dem PUNKT, den die Meldung nennt, löscht ihn endgültig; alles andere geht weiter.",
      ],
      [
        "Take the key of a write-only host away that was stolen (stillpoint vault key remove-host): then restore points that it put since do not count, nor do those that it put before and that do not open.",
        "Entziehen Sie einem Host, der nur hinzufügt, den gestohlenen Schlüssel (stillpoint vault key remove-host): Wiederherstellungspunkte, die er seither abgelegt hat, zählen dann nicht, ebenso wenig frühere, die sich nicht öffnen lassen.",
      ],
    ],
  ),
};
