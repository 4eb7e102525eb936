import type { Warning } from "./warning.ts";
import { warning } from "./warning.ts";

/** Warnings of what came back in part. */
export const RESTORE_WARNINGS: Readonly<Record<string, Warning>> = {
  "file-salvaged-in-part": warning("warning", [
    "A file was restored with --salvage, and something of it could not be read any more: those stretches are zeros, and the report beside the file lists them. The file is not what was backed up.",
    "Look first whether another restore point, or a copy of the vault, has the file whole. Else check the file system in the disk before you use it, and see what the report's stretches touch; never put such a disk back into service unchecked.",
    "Eine Datei wurde mit --salvage wiederhergestellt, und etwas davon war nicht mehr lesbar: Diese Bereiche sind null, und der Bericht neben der Datei listet sie auf. Die Datei ist nicht das, was gesichert wurde.",
    "Sehen Sie zuerst nach, ob ein anderer Wiederherstellungspunkt oder eine Kopie des Tresors die Datei ganz hat. Prüfen Sie sonst das Dateisystem der Platte, bevor Sie sie benutzen, und sehen Sie nach, was die Bereiche des Berichts betreffen; nehmen Sie eine solche Platte nie ungeprüft wieder in Betrieb.",
  ]),
};
