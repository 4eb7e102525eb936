import type { Problem } from "./problem.ts";
import { row } from "./row.ts";

/** Errors of the user's own commands, and of replication that is suspended around a backup. */
export const COMMAND_PROBLEMS: Readonly<Record<string, Problem>> = {
  "command-failed": row(1, [
    "Your before or thaw command did not end with exit code 0, so the machine was not backed up. What was held was let go, and the after command has run.",
    "Run the command by hand with the variables that docs/commands.md names, and look at what it prints; the run's JSON has the end of its output.",
    "Ihr Befehl vor der Sicherung oder beim Auftauen endete nicht mit dem Exitcode 0, deshalb wurde die Maschine nicht gesichert. Was angehalten war, wurde freigegeben, und der Befehl danach lief.",
    "Führen Sie den Befehl von Hand mit den Variablen aus, die docs/commands.md nennt, und sehen Sie sich seine Ausgabe an; deren Ende steht im JSON des Laufs.",
  ]),
};
