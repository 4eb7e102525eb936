import type { Warning } from "./warning.ts";
import { warning } from "./warning.ts";

/** What holding a machine still and letting it go warn of. */
export const CAPTURE_WARNINGS: Readonly<Record<string, Warning>> = {
  "forecast-differs": warning(
    "warning",
    [
      "What was reached is less than the forecast said: mostly a guest that said it would take part, and then could not hold still.",
      "Look inside the guest: is the service “Hyper-V Volume Shadow Copy Requestor” (in Linux hypervvssd) running, and does “vssadmin list writers” show every writer stable?",
      "Erreicht wurde weniger, als die Vorhersage sagte: meist ein Gast, der zugesagt hatte und dann nicht stillhalten konnte.",
      "Sehen Sie im Gast nach: Läuft der Dienst „Hyper-V-Volumeschattenkopie-Anforderer“ (unter Linux hypervvssd), und zeigt „vssadmin list writers“ jeden Writer als stabil?",
    ],
    [
      [
        "Run with --require-application where less than application-consistent is of no use: then the machine fails instead.",
        "Verwenden Sie --require-application, wo weniger als anwendungskonsistent nichts nützt: Dann scheitert die Maschine stattdessen.",
      ],
    ],
  ),
  "disk-not-in-checkpoint": warning("warning", [
    "Hyper-V made the checkpoint without one of the machine's disks; that disk is not in the restore point.",
    "Look at the disk's kind in the machine's settings: shared, persistent-memory and physical disks take part in no checkpoint. Back it up inside the guest.",
    "Hyper-V hat den Prüfpunkt ohne eine der Platten der Maschine angelegt; sie ist nicht im Wiederherstellungspunkt.",
    "Sehen Sie in den Einstellungen nach der Art der Platte: gemeinsam genutzte, PMEM- und physische Platten nehmen an keinem Prüfpunkt teil. Sichern Sie sie im Gast.",
  ]),
  "machine-gone": warning("warning", [
    "The machine was deleted, or moved to another host, while Stillpoint held a checkpoint of it.",
    "Run the backup against the machine's present host: what Stillpoint left there is removed first. When the machine was deleted, nothing is to be done.",
    "Die Maschine wurde gelöscht oder auf einen anderen Host verschoben, während Stillpoint einen Prüfpunkt von ihr hielt.",
    "Sichern Sie sie auf ihrem jetzigen Host: Was Stillpoint dort hinterlassen hat, wird zuerst entfernt. Wurde die Maschine gelöscht, ist nichts zu tun.",
  ]),
  "left-behind": warning(
    "warning",
    [
      "Something that Stillpoint made on the host, a checkpoint, a checkpoint disk, a shadow copy or a file, could not be removed; it stands in the journal.",
      "Run a backup of this host again later: it removes first what earlier runs left. The message names it.",
      "Etwas, das Stillpoint auf dem Host angelegt hat, Prüfpunkt, Prüfpunktdatenträger, Schattenkopie oder Datei, ließ sich nicht entfernen; es steht im Journal.",
      "Sichern Sie diesen Host später erneut: Zuerst wird entfernt, was frühere Läufe hinterlassen haben. Die Meldung nennt es.",
    ],
    [
      [
        "`stillpoint host doctor --host HOST` lists everything that was left there, with owner and age; with --execute it removes what is ours.",
        "`stillpoint host doctor --host HOST` zeigt alles, was dort zurückblieb, mit Besitzer und Alter; mit --execute entfernt es, was von uns ist.",
      ],
      [
        "When it stays: look for a program that holds the file open, often a virus scanner without exceptions for Hyper-V's folders or another backup, then shut the machine down once so that Hyper-V merges.",
        "Bleibt es dabei: Suchen Sie ein Programm, das die Datei offen hält, oft ein Virenscanner ohne Ausnahmen für die Ordner von Hyper-V oder eine andere Sicherung, und fahren Sie die Maschine einmal herunter, damit Hyper-V zusammenführt.",
      ],
    ],
  ),
  "configuration-not-found": warning("warning", [
    "The held machine's configuration file was not where the host says it is; the restore point has its disks, and not its settings.",
    "Check that this account may read the machine's configuration folder; a restore from this point needs a new machine around the disks.",
    "Die Konfigurationsdatei der angehaltenen Maschine war nicht, wo der Host sie nennt; der Wiederherstellungspunkt hat ihre Platten und nicht ihre Einstellungen.",
    "Prüfen Sie, ob dieses Konto den Konfigurationsordner der Maschine lesen darf; zur Wiederherstellung aus diesem Punkt braucht es eine neue Maschine um die Platten.",
  ]),
  "guest-interrupted": warning("warning", [
    "The guest stood still for some seconds although the forecast had said that it would not.",
    "Repair the integration services inside the guest so that it takes part in the shadow copy; back it up at a quiet time until then.",
    "Der Gast stand einige Sekunden still, obwohl die Vorhersage das Gegenteil sagte.",
    "Bringen Sie die Integrationsdienste im Gast in Ordnung, damit er an der Schattenkopie teilnimmt; sichern Sie ihn bis dahin zu ruhiger Zeit.",
  ]),
  "guest-resumed": warning("warning", [
    "The host left the machine saved or paused after the shadow copy; Stillpoint let it go on.",
    "Look in the guest whether its services are in order; when it comes back, restart the service vmms at a quiet time, which stops no machine.",
    "Der Host ließ die Maschine nach der Schattenkopie gespeichert oder angehalten stehen; Stillpoint hat sie fortgesetzt.",
    "Sehen Sie im Gast nach, ob seine Dienste in Ordnung sind; kommt es wieder, starten Sie zu ruhiger Zeit den Dienst vmms neu, das hält keine Maschine an.",
  ]),
  "guest-not-resumed": warning("warning", [
    "The machine was saved or paused for the shadow copy, and it is not certain that it runs again.",
    "Look at the machine now, and start or resume it by hand; a saved machine goes on where it stopped.",
    "Die Maschine wurde für die Schattenkopie gespeichert oder angehalten, und es ist nicht sicher, dass sie wieder läuft.",
    "Sehen Sie jetzt nach der Maschine, und starten Sie sie von Hand oder setzen Sie sie fort; eine gespeicherte macht dort weiter, wo sie stand.",
  ]),
  "writer-method-unclear": warning("warning", [
    "The Hyper-V VSS writer did not say in a known form whether the guest takes part; that it did is what the forecast assumed.",
    "Compare with the event log inside the guest; report the message and the output of “diskshadow: list writers metadata”, so that this form becomes known.",
    "Der Hyper-V-VSS-Writer hat nicht in bekannter Form gesagt, ob der Gast teilnimmt; dass er es tat, ist die Annahme der Vorhersage.",
    "Vergleichen Sie mit dem Ereignisprotokoll im Gast; melden Sie den Wortlaut und die Ausgabe von „diskshadow: list writers metadata“, damit diese Form bekannt wird.",
  ]),
  "auto-recovery-unclear": warning("warning", [
    "The shadow copy has several recovered states of a disk; the newest was taken.",
    "Old files named -AutoRecovery.avhdx beside the disk come from backups that broke off: when no backup runs and the machine does not use them, move them away.",
    "Die Schattenkopie hat mehrere bereinigte Stände eines Datenträgers; genommen wurde der neueste.",
    "Alte Dateien namens -AutoRecovery.avhdx neben dem Datenträger stammen von abgebrochenen Sicherungen: Läuft keine Sicherung und benutzt die Maschine sie nicht, schieben Sie sie beiseite.",
  ]),
};
