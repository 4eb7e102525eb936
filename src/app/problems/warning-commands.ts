import type { Warning } from "./warning.ts";
import { warning } from "./warning.ts";

/** What the user's own commands, and replication that is suspended around a backup, warn of. */
export const COMMAND_WARNINGS: Readonly<Record<string, Warning>> = {
  "after-command-failed": warning("warning", [
    "Your after command did not end with exit code 0. The restore point is not concerned, but what the command should have put back may not be.",
    "Run the command by hand; the run's JSON has its exit code and the end of its output.",
    "Ihr Befehl nach der Sicherung endete nicht mit dem Exitcode 0. Der Wiederherstellungspunkt ist davon nicht betroffen, vielleicht aber, was der Befehl zurücksetzen sollte.",
    "Führen Sie den Befehl von Hand aus; Exitcode und Ende seiner Ausgabe stehen im JSON des Laufs.",
  ]),
  "replication-not-suspended": warning("warning", [
    "The host refused to suspend the machine's replication; the machine was held without that.",
    "Look at the machine's replication health on the host. When the backup failed too, choose a time at which replication is likely to be current.",
    "Der Host lehnte es ab, die Replikation der Maschine anzuhalten; die Maschine wurde ohne das gesichert.",
    "Sehen Sie auf dem Host nach dem Replikationszustand der Maschine. Ist auch die Sicherung fehlgeschlagen, wählen Sie eine Zeit, zu der die Replikation voraussichtlich aktuell ist.",
  ]),
  "dead-man-not-armed": warning("warning", [
    "Replication was suspended, but no scheduled task could be made on the host that resumes it if this program or its computer dies; only the next start would.",
    "Check that this account may create scheduled tasks on the host (schtasks.exe) and that its Windows\\Temp folder is writable from here.",
    "Die Replikation wurde angehalten, aber auf dem Host ließ sich keine geplante Aufgabe anlegen, die sie fortsetzt, falls dieses Programm oder sein Rechner ausfällt; das täte erst der nächste Start.",
    "Prüfen Sie, ob dieses Konto auf dem Host geplante Aufgaben anlegen darf (schtasks.exe) und ob dessen Ordner Windows\\Temp von hier beschreibbar ist.",
  ]),
};
