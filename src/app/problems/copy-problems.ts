import type { Problem } from "./problem.ts";
import { row } from "./row.ts";

/** Errors of copying restore points from one vault into another. */
export const COPY_PROBLEMS: Readonly<Record<string, Problem>> = {
  "copy-source-damaged": row(
    4,
    [
      "A restore point could not be copied: the vault that it is in is damaged, or misses an object. Nothing of it appears in the other vault; the other restore points are copied.",
      "Run stillpoint repair on the vault that was copied from: it says what else can be saved, and which files and bytes are lost. Then copy again.",
      "Ein Wiederherstellungspunkt ließ sich nicht kopieren: Sein Tresor ist beschädigt, oder dort fehlt ein Objekt. Im anderen Tresor erscheint nichts von ihm; die übrigen Wiederherstellungspunkte werden kopiert.",
      "Führen Sie stillpoint repair auf dem Tresor aus, aus dem kopiert wurde: Es sagt, was noch zu retten ist und welche Dateien und Bytes verloren sind. Kopieren Sie danach erneut.",
    ],
    [
      [
        "Back up the machine into the damaged vault once more: what its disk still has is stored again, and older restore points heal.",
        "Sichern Sie die Maschine noch einmal in den beschädigten Tresor: Was ihre Festplatte noch hat, wird neu gespeichert, und ältere Wiederherstellungspunkte heilen.",
      ],
    ],
  ),
  "copy-same-vault": row(1, [
    "The vault to copy from and the vault to copy to are the same one, perhaps at two addresses: a mirror of a vault's files is that vault.",
    "Name another vault with --to-vault; stillpoint vault init makes a new one.",
    "Quelle und Ziel der Kopie sind derselbe Tresor, vielleicht unter zwei Adressen: Ein Spiegel der Dateien eines Tresors ist dieser Tresor.",
    "Nennen Sie mit --to-vault einen anderen Tresor; stillpoint vault init legt einen neuen an.",
  ]),
};
