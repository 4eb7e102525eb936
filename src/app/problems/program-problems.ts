import type { Problem } from "./problem.ts";
import { row } from "./row.ts";

/** Errors of the program itself: usage, configuration, journal. */
export const PROGRAM_PROBLEMS: Readonly<Record<string, Problem>> = {
  usage: row(2, [
    "The command line does not fit together.",
    "Run the command with --help: it ends with an example.",
    "Die Angaben der Kommandozeile passen nicht zusammen.",
    "Rufen Sie den Befehl mit --help auf: Am Ende steht ein Beispiel.",
  ]),
  "code-unknown": row(2, [
    "Nothing in Stillpoint has this code.",
    "Take the code as it stands in brackets behind the message; `stillpoint explain` lists all.",
    "Nichts in Stillpoint hat diesen Code.",
    "Nehmen Sie den Code, wie er in Klammern hinter der Meldung steht; `stillpoint explain` zählt alle auf.",
  ]),
  "address-not-understood": row(2, [
    "HOST or VAULT is written in an unknown form.",
    "Write a host as local, winrm://USER@NAME, winrms://USER@NAME, folder:DIR or sim:DIR, and a vault as a path, s3://ENDPOINT/BUCKET/PREFIX, azure://ACCOUNT/CONTAINER/PREFIX, sftp://USER@HOST/PATH?host-key=SHA256:… or rclone:REMOTE:PATH.",
    "HOST oder VAULT hat eine unbekannte Form.",
    "Schreiben Sie einen Host als local, winrm://BENUTZER@NAME, winrms://BENUTZER@NAME, folder:DIR oder sim:DIR, und einen Tresor als Pfad, s3://ENDPUNKT/BUCKET/PFAD, azure://KONTO/CONTAINER/PFAD, sftp://BENUTZER@HOST/PFAD?host-key=SHA256:… oder rclone:REMOTE:PFAD.",
  ]),
  "address-not-supported": row(2, [
    "The address is understood, but this version cannot go there yet.",
    "Use an address that this version knows; the README lists what is missing.",
    "Die Adresse ist verständlich, aber diese Version erreicht sie noch nicht.",
    "Verwenden Sie eine Adresse, die diese Version kennt; was fehlt, steht in der README.",
  ]),
  "secret-unreadable": row(1, [
    "A file with a passphrase is missing, empty or not UTF-8.",
    "Check path and rights of the file; it holds the passphrase in its only line.",
    "Eine Datei mit einer Passphrase fehlt, ist leer oder kein UTF-8.",
    "Prüfen Sie Pfad und Rechte der Datei; sie enthält die Passphrase als einzige Zeile.",
  ]),
  "secret-missing": row(1, [
    "A passphrase or a password is needed and nobody can be asked.",
    "For a vault give --passphrase-file or set STILLPOINT_PASSPHRASE; for a host over WinRM give --host-password-file or set STILLPOINT_HOST_PASSWORD.",
    "Eine Passphrase oder ein Kennwort wird gebraucht, und niemand kann gefragt werden.",
    "Geben Sie für einen Tresor --passphrase-file an oder setzen Sie STILLPOINT_PASSPHRASE, für einen Host über WinRM --host-password-file oder STILLPOINT_HOST_PASSWORD.",
  ]),
  "state-folder-unusable": row(1, [
    "The folder for journal and history cannot be used.",
    "Name a folder that this account may write with --state-dir.",
    "Der Ordner für Journal und Verlauf ist nicht benutzbar.",
    "Nennen Sie mit --state-dir einen Ordner, in den dieses Konto schreiben darf.",
  ]),
  "output-failed": row(1, [
    "What the program had to say could not be written.",
    "Make room where the output goes. The work itself was done: look at it with the other commands.",
    "Was das Programm zu sagen hatte, ließ sich nicht schreiben.",
    "Schaffen Sie Platz, wo die Ausgabe hingeht. Die Arbeit selbst ist getan: sehen Sie sie sich mit den anderen Befehlen an.",
  ]),
  interrupted: row(130, [
    "The run was told to stop; what was held has been released.",
    "Start it again when you like: what was stored already is not stored twice.",
    "Der Lauf wurde abgebrochen; was angehalten war, ist wieder frei.",
    "Starten Sie ihn erneut, wann Sie wollen: Gespeichertes wird nicht doppelt gespeichert.",
  ]),
  internal: row(1, [
    "A fault in Stillpoint itself.",
    "Please report it with the message; running again may or may not help.",
    "Ein Fehler in Stillpoint selbst.",
    "Bitte melden Sie ihn mit dem Wortlaut der Meldung; ein neuer Versuch hilft vielleicht.",
  ]),
  "machine-unknown": row(1, [
    "The host has no machine of this name or id.",
    "List the machines with `stillpoint machines` and check the spelling.",
    "Der Host hat keine Maschine mit diesem Namen oder dieser Kennung.",
    "Zeigen Sie die Maschinen mit `stillpoint machines` an und prüfen Sie die Schreibweise.",
  ]),
  "machine-ambiguous": row(1, [
    "Several machines have this name.",
    "Name the machine by its id; the message lists them.",
    "Mehrere Maschinen haben diesen Namen.",
    "Nennen Sie die Maschine mit ihrer Kennung; die Meldung zählt sie auf.",
  ]),
  "journal-failed": row(1, [
    "The journal of what is made on hosts cannot be used.",
    "Check disk space and rights of the state folder. Without a journal nothing is made on a host.",
    "Das Journal über Angelegtes auf Hosts ist nicht benutzbar.",
    "Prüfen Sie Platz und Rechte des Zustandsordners. Ohne Journal wird auf keinem Host etwas angelegt.",
  ]),
  "journal-busy": row(1, [
    "Another process has held the journal for too long.",
    "Wait for the other run to end, then try again.",
    "Ein anderer Prozess hält das Journal zu lange fest.",
    "Warten Sie das Ende des anderen Laufs ab und versuchen Sie es erneut.",
  ]),
  "journal-damaged": row(1, [
    "The journal's database is damaged.",
    "Move it away and look at the host for recovery checkpoints named Stillpoint; then run again.",
    "Die Datenbank des Journals ist beschädigt.",
    "Schieben Sie sie beiseite und suchen Sie auf dem Host nach Wiederherstellungsprüfpunkten namens Stillpoint; starten Sie dann neu.",
  ]),
  "journal-newer": row(1, [
    "A newer version of Stillpoint has written the journal.",
    "Use that version, or another state folder.",
    "Eine neuere Version von Stillpoint hat das Journal geschrieben.",
    "Verwenden Sie jene Version oder einen anderen Zustandsordner.",
  ]),
  "journal-entry-missing": row(1, [
    "The journal lost an entry that a run was working on.",
    "Somebody may have changed the state folder while a run was going on; look at the host for leftovers.",
    "Im Journal fehlt ein Eintrag, mit dem ein Lauf noch arbeitete.",
    "Vielleicht wurde der Zustandsordner während eines Laufs verändert; suchen Sie auf dem Host nach Resten.",
  ]),
  "demo-proof-failed": row(1, [
    "The demonstration found something that is not as it should be.",
    "This is a fault of the program: report it with the output of `stillpoint demo --keep`.",
    "Die Vorführung hat etwas gefunden, das nicht so ist, wie es sein sollte.",
    "Das ist ein Fehler des Programms: melden Sie ihn mit der Ausgabe von `stillpoint demo --keep`.",
  ]),
};
