import type { Problem } from "./problem.ts";
import { row } from "./row.ts";

/** Errors of vaults and of the storage below them. */
export const VAULT_PROBLEMS: Readonly<Record<string, Problem>> = {
  "vault-not-found": row(1, [
    "There is no vault at this place.",
    "Check the path, or make a vault there with `stillpoint vault init`.",
    "An diesem Ort ist kein Tresor.",
    "Prüfen Sie den Pfad oder legen Sie dort mit `stillpoint vault init` einen Tresor an.",
  ]),
  "vault-exists": row(1, [
    "There is a vault, or something else, at this place already.",
    "Choose an empty or new place; nothing is ever overwritten.",
    "An diesem Ort ist schon ein Tresor oder etwas anderes.",
    "Wählen Sie einen leeren oder neuen Ort; es wird nie etwas überschrieben.",
  ]),
  "vault-passphrase-wrong": row(1, [
    "No key slot opens with this passphrase.",
    "Check for another keyboard layout or a wrong file; the recovery key opens the vault as well.",
    "Keine Schlüsselstelle lässt sich mit dieser Passphrase öffnen.",
    "Prüfen Sie Tastaturbelegung und Datei; auch der Wiederherstellungsschlüssel öffnet den Tresor.",
  ]),
  "vault-passphrase-weak": row(1, [
    "The passphrase would be guessed soon.",
    "Take a longer one, four random words or more, or insist with --allow-weak-passphrase.",
    "Die Passphrase wäre schnell erraten.",
    "Nehmen Sie eine längere, vier zufällige Wörter oder mehr, oder bestehen Sie darauf mit --allow-weak-passphrase.",
  ]),
  "vault-too-new": row(1, [
    "A newer version of Stillpoint made this vault.",
    "Use that version or a newer one; this one would not understand everything in it.",
    "Eine neuere Version von Stillpoint hat diesen Tresor angelegt.",
    "Verwenden Sie jene oder eine neuere Version; diese hier versteht nicht alles darin.",
  ]),
  "vault-damaged": row(
    4,
    [
      "Something in the vault is missing, cut off or changed.",
      "Run `stillpoint verify --read-data` to see which restore points it touches: the next backups then store again what they still find, and `stillpoint repair` saves what can be read. Restore from another one or another vault, and check the storage.",
      "Im Tresor fehlt etwas, oder es ist abgeschnitten oder verändert.",
      "Zeigen Sie mit `stillpoint verify --read-data` die betroffenen Wiederherstellungspunkte an: die nächsten Sicherungen speichern dann neu, was noch da ist, und `stillpoint repair` rettet, was lesbar ist. Nehmen Sie einen anderen Punkt oder Tresor, und prüfen Sie den Speicher.",
    ],
    [
      [
        "What is left of a damaged restore point comes back with `stillpoint restore --salvage`: the rest is zeros, and listed.",
        "Was von einem beschädigten Wiederherstellungspunkt noch lesbar ist, holt `stillpoint restore --salvage` zurück: Der Rest ist null und wird aufgelistet.",
      ],
    ],
  ),
  "vault-self-check-failed": row(1, [
    "Data that was just sealed could not be opened again; nothing of it was stored.",
    "This points to faulty memory: test the machine's memory, then run again.",
    "Eben versiegelte Daten ließen sich nicht wieder öffnen; nichts davon wurde gespeichert.",
    "Das deutet auf defekten Speicher: prüfen Sie den Arbeitsspeicher und starten Sie dann neu.",
  ]),
  "vault-session-lost": row(1, [
    "The vault changed under the run in a way that made it unsafe to finish.",
    "Run again: what was stored already is not stored twice.",
    "Der Tresor hat sich während des Laufs so verändert, dass ein Abschluss unsicher wäre.",
    "Starten Sie erneut: Gespeichertes wird nicht doppelt gespeichert.",
  ]),
  "vault-point-not-found": row(1, [
    "The vault has no such restore point.",
    "List them with `stillpoint points`; a unique prefix of an id or latest:NAME is enough.",
    "Der Tresor hat keinen solchen Wiederherstellungspunkt.",
    "Zeigen Sie alle mit `stillpoint points` an; ein eindeutiger Anfang der Kennung oder latest:NAME genügt.",
  ]),
  "vault-point-ambiguous": row(1, [
    "Several restore points fit.",
    "Give more digits of the id, or the machine's id instead of its name.",
    "Mehrere Wiederherstellungspunkte passen.",
    "Geben Sie mehr Stellen der Kennung an oder statt des Namens die Kennung der Maschine.",
  ]),
  "vault-key-slot-not-found": row(1, [
    "The vault has no such key slot.",
    "List them with `stillpoint vault key list`.",
    "Der Tresor hat keine solche Schlüsselstelle.",
    "Zeigen Sie alle mit `stillpoint vault key list` an.",
  ]),
  "vault-last-key-slot": row(1, [
    "The last key slot cannot be removed: nobody could open the vault any more.",
    "Add another passphrase first.",
    "Die letzte Schlüsselstelle lässt sich nicht entfernen: danach könnte niemand mehr den Tresor öffnen.",
    "Fügen Sie zuerst eine andere Passphrase hinzu.",
  ]),
  "storage-failed": row(1, [
    "The storage did not do what it was asked for.",
    "Look at the message and the storage; running again may help.",
    "Der Speicherort hat nicht getan, was er sollte.",
    "Beachten Sie die Meldung und den Speicherort; ein neuer Versuch hilft vielleicht.",
  ]),
  "storage-missing": row(1, [
    "The storage's folder or bucket is not there.",
    "Check the path and that the disk or share is mounted, or the bucket's name; buckets are never made.",
    "Der Ordner oder Bucket des Speicherorts ist nicht da.",
    "Prüfen Sie den Pfad und ob Platte oder Freigabe eingebunden sind, oder den Namen des Buckets; Buckets werden nie angelegt.",
  ]),
  "storage-full": row(1, [
    "The storage is full.",
    "Make room and run again. Finished restore points are whole; the run that hit the limit left only data that the next one uses.",
    "Der Speicherort ist voll.",
    "Schaffen Sie Platz und starten Sie erneut. Fertige Wiederherstellungspunkte sind vollständig; der abgebrochene Lauf hat nur Daten hinterlassen, die der nächste nutzt.",
  ]),
  "storage-denied": row(1, [
    "The storage refuses this account.",
    "Give the account rights to read, list and write there; for a bucket check its keys (STILLPOINT_S3_ACCESS_KEY, STILLPOINT_S3_SECRET). A delete may be refused by a lock.",
    "Der Speicherort weist dieses Konto ab.",
    "Geben Sie dem Konto dort Rechte zum Lesen, Auflisten und Schreiben; prüfen Sie bei einem Bucket die Schlüssel (STILLPOINT_S3_ACCESS_KEY, STILLPOINT_S3_SECRET). Löschen kann eine Sperre verbieten.",
  ]),
  "storage-object-missing": row(4, [
    "An object of the vault is gone from the storage.",
    "Run `stillpoint verify`; look for whoever deletes files there.",
    "Ein Objekt des Tresors fehlt am Speicherort.",
    "Führen Sie `stillpoint verify` aus; finden Sie heraus, wer dort Dateien löscht.",
  ]),
  "storage-object-truncated": row(4, [
    "An object of the vault is shorter than it was.",
    "Run `stillpoint verify --read-data`, and check the storage's disks.",
    "Ein Objekt des Tresors ist kürzer, als es war.",
    "Führen Sie `stillpoint verify --read-data` aus und prüfen Sie die Platten des Speicherorts.",
  ]),
  "storage-unreadable": row(4, [
    "The disk below the vault cannot read parts of an object: bad sectors, or a cable.",
    "Run `stillpoint verify --read-data`, which goes on past such places, names what they touch and lets the next backup store it again; then `stillpoint repair`. Replace the disk: more will follow.",
    "Die Platte unter dem Tresor kann Teile eines Objekts nicht lesen: defekte Sektoren oder ein Kabel.",
    "Führen Sie `stillpoint verify --read-data` aus; es liest an solchen Stellen vorbei, nennt, was sie betreffen, und lässt es die nächste Sicherung neu speichern; danach `stillpoint repair`. Ersetzen Sie die Platte: Es werden mehr.",
  ]),
  "storage-object-exists": row(1, [
    "A name in the storage is taken that should be free.",
    "Run again; when it stays, report it.",
    "Am Speicherort ist ein Name vergeben, der frei sein sollte.",
    "Starten Sie erneut; bleibt es dabei, melden Sie es.",
  ]),
};
