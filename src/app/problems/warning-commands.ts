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
};
