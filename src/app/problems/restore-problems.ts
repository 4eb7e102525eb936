import type { Problem } from "./problem.ts";
import { row } from "./row.ts";

/** What keeps restore points from being brought back into a folder. */
export const RESTORE_PROBLEMS: Readonly<Record<string, Problem>> = {
  "restore-space-short": row(
    1,
    [
      "The file system of the folder has less free space than the files need; zeros that it can leave out are not counted. Nothing was written.",
      "Make room, choose another folder, or restore fewer restore points at once.",
      "Das Dateisystem des Ordners hat weniger freien Platz, als die Dateien brauchen; Nullen, die es weglassen kann, sind nicht mitgezählt. Geschrieben wurde nichts.",
      "Schaffen Sie Platz, wählen Sie einen anderen Ordner, oder stellen Sie weniger Wiederherstellungspunkte auf einmal wieder her.",
    ],
    [
      [
        "Where the file system compresses or shares blocks, and the files may fit all the same: --ignore-space.",
        "Wenn das Dateisystem komprimiert oder Blöcke teilt und die Dateien trotzdem passen könnten: --ignore-space.",
      ],
    ],
  ),
  "restore-place-taken": row(1, [
    "With --overwrite files are replaced, but here lies a folder where a file belongs, or a file where a folder does. Nothing was written.",
    "Move what the message names out of the way, or choose another folder.",
    "Mit --overwrite werden Dateien ersetzt, hier liegt aber ein Ordner, wo eine Datei hingehört, oder eine Datei, wo ein Ordner hingehört. Geschrieben wurde nichts.",
    "Räumen Sie weg, was die Meldung nennt, oder wählen Sie einen anderen Ordner.",
  ]),
};
