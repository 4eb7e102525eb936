import type { Problem } from "./problem.ts";
import { row } from "./row.ts";

/** Errors of key slots, recovery shares and hosts' keys. */
export const KEYS_PROBLEMS: Readonly<Record<string, Problem>> = {
  "vault-key-slot-in-use": row(1, [
    "The key slot is the one that the vault was just opened with. Nothing was removed.",
    "Open the vault with another passphrase to remove it, or say --even-in-use when you know that another key opens the vault.",
    "Die Schlüsselstelle ist die, mit der der Tresor gerade geöffnet wurde. Entfernt wurde nichts.",
    "Öffnen Sie den Tresor mit einer anderen Passphrase, um sie zu entfernen, oder geben Sie --even-in-use an, wenn Sie wissen, dass ein anderer Schlüssel den Tresor öffnet.",
  ]),
  "vault-key-slot-unproven": row(1, [
    "The new key slot was read back from the storage and does not open the vault. The old slots are as they were.",
    "Check the storage with stillpoint vault probe, try again, and remove the new slot.",
    "Die neue Schlüsselstelle wurde aus dem Speicher zurückgelesen und öffnet den Tresor nicht. Die alten sind, wie sie waren.",
    "Prüfen Sie den Speicher mit stillpoint vault probe, versuchen Sie es erneut und entfernen Sie die neue Stelle.",
  ]),
  "vault-key-slots-leaving": row(1, [
    "Somebody else is removing key slots of this vault, and none would be left. Nothing was removed by this command.",
    "Wait a moment, look at stillpoint vault key list, and repeat the removal: when the other one was killed before it was over, repeat that one, and its slot goes or stays for good.",
    "Jemand anderes entfernt gerade Schlüsselstellen dieses Tresors, und keine bliebe übrig. Dieser Befehl hat nichts entfernt.",
    "Warten Sie einen Moment, sehen Sie sich stillpoint vault key list an und wiederholen Sie das Entfernen: Wurde das andere vor seinem Ende abgebrochen, so wiederholen Sie dieses; danach ist seine Stelle entfernt oder bleibt.",
  ]),
  "vault-key-slot-locked": row(1, [
    "An object lock keeps the key slot until the date in the message, and each renewal makes the lock longer while the slot is there. Nothing was added or removed.",
    "A passphrase that got known still opens this vault: make a new vault with another one, and let the locks of this one end. To have one more passphrase, use stillpoint vault key add.",
    "Eine Objektsperre hält die Schlüsselstelle bis zum Zeitpunkt in der Meldung, und jede Erneuerung verlängert die Sperre, solange die Stelle da ist. Hinzugefügt oder entfernt wurde nichts.",
    "Eine bekannt gewordene Passphrase öffnet diesen Tresor weiterhin: Legen Sie einen neuen mit einer anderen an und lassen Sie die Sperren dieses Tresors auslaufen. Eine weitere Passphrase fügen Sie mit stillpoint vault key add hinzu.",
  ]),
  "recovery-share-slip": row(1, [
    "A line is nearly a recovery share, but a character of it is wrong.",
    "Compare the line with the paper, character for character; O and 0, I, L and 1 are taken for each other, all others are not.",
    "Eine Zeile ist fast ein Teilschlüssel, aber ein Zeichen darin ist falsch.",
    "Vergleichen Sie die Zeile Zeichen für Zeichen mit dem Papier; nur O und 0 sowie I, L und 1 gelten als gleich.",
  ]),
  "recovery-share-foreign": row(1, [
    "A recovery share is of another vault. Its paper names the vault by the first eight characters of its id.",
    "Take the papers of this vault; stillpoint vault key list prints nothing without a key, but the vault's config file has the id in clear.",
    "Ein Teilschlüssel gehört zu einem anderen Tresor. Auf dem Papier stehen die ersten acht Zeichen der Kennung des Tresors.",
    "Nehmen Sie die Papiere dieses Tresors; seine Kennung steht im Klartext in der Datei config des Tresors.",
  ]),
  "recovery-shares-mixed": row(1, [
    "The recovery shares were not printed together: they are of different keys.",
    "Sort the papers by the day on which they were printed, and take those of one day.",
    "Die Teilschlüssel wurden nicht zusammen gedruckt: Sie gehören zu verschiedenen Schlüsseln.",
    "Ordnen Sie die Papiere nach dem Tag, an dem sie gedruckt wurden, und nehmen Sie die eines Tages.",
  ]),
  "recovery-share-duplicate": row(1, [
    "One recovery share is there twice; each counts once.",
    "Leave one of the two out, and add the share of another paper.",
    "Ein Teilschlüssel ist doppelt vorhanden; jeder zählt einmal.",
    "Lassen Sie einen von beiden weg und nehmen Sie den eines anderen Papiers dazu.",
  ]),
  "recovery-shares-too-few": row(1, [
    "There are fewer recovery shares than the vault's key needs.",
    "Each paper says how many are needed; gather so many, one a line.",
    "Es sind weniger Teilschlüssel da, als der Schlüssel des Tresors braucht.",
    "Auf jedem Papier steht, wie viele nötig sind; tragen Sie so viele zusammen, je einen in einer Zeile.",
  ]),
  "vault-write-only": row(1, [
    "The key is that of a write-only host: it can back up into the vault, and neither list, read, check, restore nor remove.",
    "Use a passphrase or a recovery key of the vault, on a machine that may see its contents.",
    "Der Schlüssel ist der eines nur schreibenden Hosts: Er kann in den Tresor sichern, aber nichts auflisten, lesen, prüfen, wiederherstellen oder entfernen.",
    "Verwenden Sie eine Passphrase oder einen Wiederherstellungsschlüssel des Tresors, auf einem Rechner, der den Inhalt sehen darf.",
  ]),
  "vault-host-key-unusable": row(1, [
    "The host's key file was changed, or belongs to another vault.",
    "Compare the vault's address with the one for which the key was made; else make a new key with stillpoint vault key add-host and take the old one away.",
    "Die Schlüsseldatei des Hosts wurde verändert oder gehört zu einem anderen Tresor.",
    "Vergleichen Sie die Adresse des Tresors mit der, für die der Schlüssel gemacht wurde; sonst machen Sie mit stillpoint vault key add-host einen neuen und nehmen Sie dem alten die Gültigkeit.",
  ]),
  "vault-host-ended": row(4, [
    "The restore point was put by a host after its key had been taken away. It does not count, whatever it says.",
    "If the host is to back up again, give it a new key. If nobody used the old one, somebody else has it: see who could write to the storage.",
    "Der Wiederherstellungspunkt wurde von einem Host geschrieben, nachdem ihm der Schlüssel entzogen worden war. Er zählt nicht, was immer er sagt.",
    "Soll der Host wieder sichern, geben Sie ihm einen neuen Schlüssel. Hat niemand den alten benutzt, dann hat ihn ein anderer: Prüfen Sie, wer in den Speicher schreiben konnte.",
  ]),
  "vault-host-unknown": row(1, [
    "No host with a key, or more than one, goes by that name or id.",
    "stillpoint vault key list shows all hosts with their ids; hosts whose keys were taken away are done with.",
    "Kein Host mit Schlüssel, oder mehr als einer, hat diesen Namen oder diese Kennung.",
    "stillpoint vault key list zeigt alle Hosts mit ihren Kennungen; Hosts, denen der Schlüssel entzogen wurde, sind erledigt.",
  ]),
  "vault-host-exists": row(1, [
    "A host of this name has a key already.",
    "Choose another name, or take the old key away first with stillpoint vault key remove-host.",
    "Ein Host dieses Namens hat bereits einen Schlüssel.",
    "Wählen Sie einen anderen Namen oder entziehen Sie zuerst den alten Schlüssel mit stillpoint vault key remove-host.",
  ]),
  "secret-file-taken": row(1, [
    "The file for the new secret exists already, or its folder cannot be written to. Nothing was overwritten.",
    "Name a new file in a folder that is there. The host was made all the same: take its key away and make another.",
    "Die Datei für das neue Geheimnis gibt es schon, oder in ihren Ordner kann nicht geschrieben werden. Überschrieben wurde nichts.",
    "Nennen Sie eine neue Datei in einem vorhandenen Ordner. Der Host wurde trotzdem angelegt: Entziehen Sie ihm den Schlüssel und machen Sie einen neuen.",
  ]),
};
