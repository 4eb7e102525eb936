import type { Problem } from "./problem.ts";
import { row } from "./row.ts";

/** Errors of vaults that are reached through rclone. */
export const RCLONE_PROBLEMS: Readonly<Record<string, Problem>> = {
  "rclone-missing": row(1, [
    "The vault's address begins with rclone:, and the program rclone cannot be started.",
    "Install rclone (1.60 or later) so that it is found, or name the program in STILLPOINT_RCLONE.",
    "Die Adresse des Tresors beginnt mit rclone:, und das Programm rclone lässt sich nicht starten.",
    "Installieren Sie rclone (1.60 oder neuer) so, dass es gefunden wird, oder nennen Sie das Programm in STILLPOINT_RCLONE.",
  ]),
  "rclone-failed": row(1, [
    "rclone ended before it could serve the vault: it does not know the remote, cannot read its configuration, or cannot sign in.",
    "The message repeats what rclone said. Try the same with rclone alone, as the same user: rclone lsd REMOTE:PATH. RCLONE_CONFIG names another configuration.",
    "rclone endete, bevor es den Tresor bereitstellen konnte: Es kennt den Remote nicht, kann seine Konfiguration nicht lesen oder sich nicht anmelden.",
    "Die Meldung wiederholt, was rclone sagte. Versuchen Sie dasselbe mit rclone allein, als derselbe Benutzer: rclone lsd REMOTE:PFAD. RCLONE_CONFIG nennt eine andere Konfiguration.",
  ]),
};
