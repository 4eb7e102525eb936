import type { Warning } from "./warning.ts";
import { warning } from "./warning.ts";

/** What reading into a vault, and writing back, warn of; and why a disk was read whole. */
export const BACKUP_WARNINGS: Readonly<Record<string, Warning>> = {
  "disk-not-understood": warning("warning", [
    "A disk file is kept byte for byte, but could not be read as a virtual disk, so parents that it may have were not looked for.",
    "Check the file with Hyper-V's Inspect Disk or Test-VHD; when it is damaged, restore the machine from an older point.",
    "Eine Datei ist Byte für Byte gesichert, ließ sich aber nicht als virtueller Datenträger lesen; nach übergeordneten Dateien wurde deshalb nicht gesucht.",
    "Prüfen Sie die Datei mit „Datenträger überprüfen“ von Hyper-V oder mit Test-VHD; ist sie beschädigt, stellen Sie die Maschine aus einem älteren Punkt wieder her.",
  ]),
  "checkpoint-not-covered": warning("warning", [
    "A file of one of the machine's own checkpoints could not be read; that checkpoint is not whole in the restore point, the machine itself is.",
    "Look at the file that the message names: missing, locked by another program, or without rights for this account.",
    "Eine Datei eines Prüfpunkts der Maschine war nicht lesbar; dieser Prüfpunkt ist im Wiederherstellungspunkt nicht vollständig, die Maschine selbst schon.",
    "Sehen Sie nach der genannten Datei: Sie fehlt, ist von einem anderen Programm gesperrt, oder diesem Konto fehlen Rechte.",
  ]),
  "configuration-not-readable": warning("warning", [
    "A machine's configuration file is kept, but what it says could not be read; the machine's name and disk places are guessed from the folder.",
    "Nothing is to be done when Hyper-V imports the export; else export the machine again.",
    "Eine Konfigurationsdatei ist gesichert, ihr Inhalt ließ sich aber nicht lesen; Name und Plattenplätze der Maschine sind aus dem Ordner erschlossen.",
    "Kann Hyper-V den Export importieren, ist nichts zu tun; sonst exportieren Sie die Maschine erneut.",
  ]),
  "several-configurations": warning("warning", [
    "A folder holds the configurations of several machines; all its files are kept as one, and no disk is given a place.",
    "Put each exported machine in a folder of its own.",
    "Ein Ordner enthält die Konfigurationen mehrerer Maschinen; alle Dateien sind als eine gesichert, und keine Platte hat einen Platz.",
    "Legen Sie jede exportierte Maschine in einen eigenen Ordner.",
  ]),
  "parent-locator-not-rewritten": warning("warning", [
    "A restored VHD still names its parent's old place; only VHDX can be given a new one.",
    "Set the parent with Set-VHD -Path CHILD -ParentPath PARENT before the machine is used, or restore with --exact.",
    "Eine wiederhergestellte VHD nennt noch den alten Ort ihrer Elternplatte; nur eine VHDX kann einen neuen erhalten.",
    "Setzen Sie die Elternplatte mit Set-VHD -Path KIND -ParentPath ELTERN, bevor die Maschine benutzt wird, oder stellen Sie mit --exact wieder her.",
  ]),
  "parent-not-in-point": warning("warning", [
    "A restored disk is the child of a disk that the restore point has not; without that parent it cannot be used.",
    "Find the parent file that the message names on the source host, or use another restore point.",
    "Eine wiederhergestellte Platte ist das Kind einer Platte, die der Wiederherstellungspunkt nicht hat; ohne sie ist sie nicht benutzbar.",
    "Suchen Sie die Elterndatei auf dem Quellhost, oder nehmen Sie einen anderen Wiederherstellungspunkt.",
  ]),
  "first-backup": warning("note", [
    "A disk was read whole because the vault had no restore point of this machine yet.",
    "Nothing is to be done.",
    "Eine Platte wurde ganz gelesen, weil der Tresor noch keinen Wiederherstellungspunkt dieser Maschine hatte.",
    "Es ist nichts zu tun.",
  ]),
  "file-new": warning("note", [
    "A disk was read whole because the last restore point has no file of this path.",
    "Nothing is to be done; data that the vault knows from elsewhere was not stored twice.",
    "Eine Platte wurde ganz gelesen, weil der letzte Wiederherstellungspunkt keine Datei dieses Pfades hat.",
    "Es ist nichts zu tun; was der Tresor von anderswo kennt, wurde nicht doppelt gespeichert.",
  ]),
  "change-tracking-unused": warning("note", [
    "A disk was read whole because this version does not ask Hyper-V which parts changed; only what is new was stored.",
    "Nothing is to be done.",
    "Eine Platte wurde ganz gelesen, weil diese Version Hyper-V nicht fragt, was sich geändert hat; gespeichert wurde nur Neues.",
    "Es ist nichts zu tun.",
  ]),
};
