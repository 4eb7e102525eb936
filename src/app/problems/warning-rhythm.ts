import type { Warning } from "./warning.ts";
import { warning } from "./warning.ts";

/** Warnings about remembering when machines' replication is free. */
export const RHYTHM_WARNINGS: Readonly<Record<string, Warning>> = {
  "rhythm-not-kept": warning("warning", [
    "What was seen of the machines' replication could not be written into the state folder, so no time for a backup is proposed from it; nothing else is concerned.",
    "Look after disk space and rights of the state folder; when rhythm.sqlite in it is damaged, move it away: it is made anew, and what it knew is seen again within days.",
    "Was von der Replikation der Maschinen zu sehen war, ließ sich nicht in den Zustandsordner schreiben; daraus wird keine Sicherungszeit vorgeschlagen. Sonst ist nichts betroffen.",
    "Prüfen Sie Speicherplatz und Rechte des Zustandsordners; ist die Datei rhythm.sqlite darin beschädigt, verschieben Sie sie: Sie wird neu angelegt, und was sie wusste, ist binnen Tagen wieder bekannt.",
  ]),
};
