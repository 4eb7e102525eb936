import type { Warning } from "./warning.ts";
import { warning } from "./warning.ts";

/** Warnings about what a user asked of a hold. */
export const HOLD_WARNINGS: Readonly<Record<string, Warning>> = {
  "exclusion-without-disk": warning("warning", [
    "A disk was to be left out, and no disk fits the exclusion: nothing was left out for it.",
    "Compare it with the places and paths that `stillpoint machines` shows; when the disk is gone, take the exclusion away.",
    "Ein Datenträger sollte ausgelassen werden, und keiner passt zu der Ausnahme: Für sie wurde nichts ausgelassen.",
    "Vergleichen Sie sie mit den Plätzen und Pfaden, die `stillpoint machines` zeigt; gibt es den Datenträger nicht mehr, entfernen Sie die Ausnahme.",
  ]),
  "image-not-found": warning("warning", [
    "A drive of the machine holds a disk image that cannot be found; images are not part of a backup, and a machine does not start with one that is missing.",
    "Take the image out of the drive, or put it back where the message says.",
    "Ein Laufwerk der Maschine enthält ein Datenträgerabbild, das nicht zu finden ist; Abbilder gehören nicht zur Sicherung, und mit einem fehlenden startet eine Maschine nicht.",
    "Nehmen Sie das Abbild aus dem Laufwerk, oder legen Sie es dort ab, wo die Meldung es nennt.",
  ]),
  "backup-service-switched": warning("warning", [
    "The VSS writer failed the machine although its guest answers for backup, so the guest's backup service was switched off for the shadow copy and on again: the backup is crash-consistent.",
    "Look for errors of VSS inside the guest (vssadmin list writers) and for events 10102 and 10103 of Hyper-V-VMMS on the host; without --allow-service-switch the machine fails instead.",
    "Der VSS-Writer hat die Maschine nicht gesichert, obwohl ihr Gast für Sicherungen antwortet; der Sicherungsdienst des Gastes wurde deshalb für die Schattenkopie ab- und wieder eingeschaltet: Die Sicherung ist absturzkonsistent.",
    "Suchen Sie im Gast Fehler von VSS (vssadmin list writers) und auf dem Host die Ereignisse 10102 und 10103 von Hyper-V-VMMS; ohne --allow-service-switch scheitert die Maschine stattdessen.",
  ]),
  "memory-by-checkpoint": warning("note", [
    "The machine's memory is kept by a standard checkpoint that is made before the hold and removed after it; memory and disks are of two instants.",
    "After a restore the machine begins with the held disks, without memory; apply the checkpoint that the restore point marks to go on where its memory was.",
    "Der Arbeitsspeicher der Maschine wird mit einem Standardprüfpunkt gesichert, der vor dem Anhalten angelegt und danach entfernt wird; Arbeitsspeicher und Datenträger gehören zu zwei Augenblicken.",
    "Nach einer Wiederherstellung beginnt die Maschine mit den angehaltenen Datenträgern, ohne Arbeitsspeicher; wenden Sie den im Wiederherstellungspunkt markierten Prüfpunkt an, um dort fortzufahren, wo ihr Arbeitsspeicher war.",
  ]),
  "domain-controller-unknown": warning("warning", [
    "Memory was asked for, and the guest does not say whether it is a domain controller; going back to a checkpoint with memory would damage one.",
    "Make sure that it is none, or leave --memory away; a guest whose data exchange service runs says it by itself.",
    "Verlangt ist der Arbeitsspeicher, und der Gast sagt nicht, ob er ein Domänencontroller ist; der Rückgang auf einen Prüfpunkt mit Arbeitsspeicher würde einen solchen beschädigen.",
    "Stellen Sie sicher, dass er keiner ist, oder lassen Sie --memory weg; ein Gast, dessen Datenaustauschdienst läuft, sagt es von selbst.",
  ]),
};
