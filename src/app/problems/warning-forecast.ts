import type { Warning } from "./warning.ts";
import { warning } from "./warning.ts";

/** What a forecast warns of. */
export const FORECAST_WARNINGS: Readonly<Record<string, Warning>> = {
  "passthrough-disk-not-covered": warning(
    "warning",
    [
      "A physical disk is passed through to the guest and offline on the host; Hyper-V can neither back it up nor replicate it, so the restore point is without its data.",
      "Install Stillpoint, or another backup, inside the guest and back up that disk's files there; run it before the backup of the host, and restore in the other order: first the machine, then the files inside it.",
      "Eine physische Platte ist an den Gast durchgereicht und auf dem Host offline; Hyper-V kann sie weder sichern noch replizieren, der Wiederherstellungspunkt enthält ihre Daten daher nicht.",
      "Installieren Sie Stillpoint oder eine andere Sicherung im Gast und sichern Sie dort die Dateien dieser Platte; lassen Sie sie vor der Sicherung des Hosts laufen, und stellen Sie umgekehrt wieder her: erst die Maschine, dann die Dateien darin.",
    ],
    [
      [
        "Convert it to a virtual disk, with the machine shut down: remove the disk from the machine's settings (leave it offline on the host), then Hyper-V Manager > New > Hard Disk > VHDX > Fixed size > “Copy the contents of the specified physical disk”, or New-VHD -Path E:\\data.vhdx -SourceDisk <number> -Fixed; attach the new file at the same controller and location, start the guest, compare, and only then erase the physical disk. The file needs the whole size of the disk (`stillpoint forecast` names it) on another volume; the guest is down while it is copied: about 3 hours for 1 TB at 100 MB/s.",
        "Wandeln Sie sie in einen virtuellen Datenträger um, während die Maschine heruntergefahren ist: Entfernen Sie die Platte aus den Einstellungen der Maschine (auf dem Host bleibt sie offline), dann Hyper-V-Manager > Neu > Festplatte > VHDX > Feste Größe > „Inhalt des angegebenen physischen Datenträgers kopieren“ oder New-VHD -Path E:\\daten.vhdx -SourceDisk <Nummer> -Fixed; hängen Sie die neue Datei an denselben Controller und Platz, starten Sie den Gast, vergleichen Sie, und löschen Sie erst dann die physische Platte. Die Datei braucht die ganze Größe der Platte (`stillpoint forecast` nennt sie) auf einem anderen Volume; der Gast steht, solange kopiert wird: etwa 3 Stunden für 1 TB bei 100 MB/s.",
      ],
    ],
  ),
  "fibre-channel-not-covered": warning("warning", [
    "The guest has disks behind a virtual Fibre Channel adapter; the host does not see them, so the restore point is without their data.",
    "Back those disks up inside the guest, or with the means of the storage system.",
    "Der Gast hat Platten hinter einem virtuellen Fibre-Channel-Adapter; der Host sieht sie nicht, der Wiederherstellungspunkt enthält ihre Daten daher nicht.",
    "Sichern Sie diese Platten im Gast oder mit den Mitteln des Speichersystems.",
  ]),
  "vhd-set-not-covered": warning("warning", [
    "The machine has a VHD set, which Hyper-V backs up only together with all machines of its group; this version does not do that, so the restore point is without its data.",
    "Back the shared disk up inside one of the guests.",
    "Die Maschine hat einen VHD-Satz, den Hyper-V nur zusammen mit allen Maschinen seiner Gruppe sichert; diese Version tut das nicht, der Wiederherstellungspunkt enthält seine Daten daher nicht.",
    "Sichern Sie den gemeinsamen Datenträger in einem der Gäste.",
  ]),
  "shared-disk-not-covered": warning(
    "warning",
    [
      "The machine has a shared VHDX; the host takes no checkpoint of it, so the restore point is without its data.",
      "Back the shared disk up inside one of the guests.",
      "Die Maschine hat eine gemeinsam genutzte VHDX; der Host legt von ihr keinen Prüfpunkt an, der Wiederherstellungspunkt enthält ihre Daten daher nicht.",
      "Sichern Sie den gemeinsamen Datenträger in einem der Gäste.",
    ],
    [
      [
        "Move its data to a VHD set (.vhds) on Windows Server 2016 or later, which hosts can back up as a group.",
        "Verlegen Sie die Daten in einen VHD-Satz (.vhds) ab Windows Server 2016, den Hosts als Gruppe sichern können.",
      ],
    ],
  ),
  "disk-not-covered": warning("warning", [
    "The host names a disk of the machine and it is not clear how it is attached; it is not in the restore point.",
    "Look at the machine's settings: remove the disk and attach it again; when it stays, report it with the message.",
    "Der Host nennt eine Platte der Maschine, und es ist nicht klar, wie sie angeschlossen ist; sie ist nicht im Wiederherstellungspunkt.",
    "Sehen Sie sich die Einstellungen der Maschine an: Entfernen Sie die Platte und hängen Sie sie neu an; bleibt es dabei, melden Sie es mit dem Wortlaut der Meldung.",
  ]),
  "replica-partner-critical": warning("warning", [
    "The machine is a primary whose replication to its partner has stopped or is in trouble; it is backed up all the same, because that is when a backup is needed.",
    "Repair the replication: resume it, or let it synchronise again, in Hyper-V Manager or with Resume-VMReplication.",
    "Die Maschine ist ein Original, dessen Replikation zum Partner steht oder gestört ist; gesichert wird sie trotzdem, denn gerade dann wird eine Sicherung gebraucht.",
    "Beheben Sie die Störung: Setzen Sie die Replikation fort oder lassen Sie sie neu synchronisieren, im Hyper-V-Manager oder mit Resume-VMReplication.",
  ]),
  "replica-may-be-inconsistent": warning("warning", [
    "The machine is a replica in a state in which Windows Server 2012 R2 and later refuse a backup; Windows Server 2012 does not refuse, and the copy may be inconsistent.",
    "Back it up when its replication is up to date, or back up the primary instead.",
    "Die Maschine ist ein Replikat in einem Zustand, in dem Windows Server ab 2012 R2 die Sicherung verweigert; Windows Server 2012 verweigert sie nicht, und die Kopie kann inkonsistent sein.",
    "Sichern Sie sie, wenn ihre Replikation auf dem neuesten Stand ist, oder sichern Sie stattdessen das Original.",
  ]),
  "scsi-controller-missing": warning("warning", [
    "The machine is of generation 1 without a SCSI controller; on Windows Server 2012 R2 the snapshot inside its guest then fails, and it is only crash-consistent.",
    "Add an empty SCSI controller to the machine while it is off: Add-VMScsiController -VMName NAME.",
    "Die Maschine ist von Generation 1 und hat keinen SCSI-Controller; unter Windows Server 2012 R2 scheitert dann der Schnappschuss im Gast, und sie ist nur absturzkonsistent.",
    "Fügen Sie der ausgeschalteten Maschine einen leeren SCSI-Controller hinzu: Add-VMScsiController -VMName NAME.",
  ]),
  "vtpm-bound-to-host": warning("warning", [
    "The machine has a virtual TPM whose keys are protected for this host; restored elsewhere it starts only where the guardian certificates are.",
    "Export the host's guardian certificates with their private keys (certificate store “Shielded VM Local Certificates” of the local computer), keep them in a safe place, and keep the BitLocker recovery keys of its guest.",
    "Die Maschine hat ein virtuelles TPM, dessen Schlüssel für diesen Host geschützt sind; anderswo wiederhergestellt startet sie nur, wo die Wächterzertifikate sind.",
    "Exportieren Sie die Wächterzertifikate des Hosts mit ihren privaten Schlüsseln (Zertifikatspeicher „Shielded VM Local Certificates“ des lokalen Computers), verwahren Sie sie sicher, und verwahren Sie die BitLocker-Wiederherstellungsschlüssel des Gastes.",
  ]),
  "memory-not-kept": warning("warning", [
    "The machine's memory is not in the restore point; after a restore it starts as after a power cut.",
    "To keep its memory, save the machine (Save-VM) before the backup instead of pausing it.",
    "Der Arbeitsspeicher der Maschine ist nicht im Wiederherstellungspunkt; nach einer Wiederherstellung startet sie wie nach einem Stromausfall.",
    "Soll ihr Arbeitsspeicher mitgesichert werden, speichern Sie die Maschine vor der Sicherung (Save-VM), statt sie anzuhalten.",
  ]),
  "machine-health-critical": warning("warning", [
    "Hyper-V calls the machine's health critical: a volume below its disks may be full or away, and its last writes may be lost.",
    "Make room on the volumes of its disks and look whether storage is away; then resume the machine.",
    "Hyper-V nennt den Zustand der Maschine kritisch: Ein Volume unter ihren Platten kann voll oder weg sein, und ihre letzten Schreibvorgänge können fehlen.",
    "Schaffen Sie Platz auf den Volumes ihrer Platten und prüfen Sie, ob Speicher fehlt; setzen Sie die Maschine dann fort.",
  ]),
  "checkpoint-missing": warning("warning", [
    "Hyper-V lists checkpoints of the machine whose files it cannot find; they are not in the restore point.",
    "Bring the files back to where Hyper-V expects them, or delete these checkpoints in Hyper-V Manager.",
    "Hyper-V führt Prüfpunkte der Maschine auf, deren Dateien es nicht findet; sie sind nicht im Wiederherstellungspunkt.",
    "Bringen Sie die Dateien dorthin zurück, wo Hyper-V sie erwartet, oder löschen Sie diese Prüfpunkte im Hyper-V-Manager.",
  ]),
  "checkpoint-disk-orphaned": warning(
    "warning",
    [
      "The machine runs on a checkpoint disk (.avhdx) although it has no checkpoint: an earlier merge did not end. The whole chain is backed up.",
      "Shut the machine down and wait: Hyper-V merges what is left over. Do not delete .avhdx files by hand.",
      "Die Maschine läuft auf einem Prüfpunktdatenträger (.avhdx), obwohl sie keinen Prüfpunkt hat: Eine frühere Zusammenführung ist nicht zu Ende gekommen. Gesichert wird die ganze Kette.",
      "Fahren Sie die Maschine herunter und warten Sie: Hyper-V führt Übriggebliebenes zusammen. Löschen Sie .avhdx-Dateien nicht von Hand.",
    ],
    [
      [
        "Except the folders of the machines and vmms.exe and vmwp.exe from the virus scanner, and make sure that no other backup still holds the files open.",
        "Nehmen Sie die Ordner der Maschinen sowie vmms.exe und vmwp.exe vom Virenscanner aus, und stellen Sie sicher, dass keine andere Sicherung die Dateien noch offen hält.",
      ],
    ],
  ),
  "merge-suspended": warning("warning", [
    "Something has switched merging of the machine's checkpoint disks off on the host, as an export without storage does; chains then grow with every checkpoint.",
    "Nothing is to be done: it is switched on again when the backup releases the machine. Find the product that leaves it off when this comes back.",
    "Auf dem Host ist das Zusammenführen der Prüfpunktdatenträger dieser Maschine abgeschaltet, wie es ein Export ohne Datenträger tut; die Ketten wachsen dann mit jedem Prüfpunkt.",
    "Es ist nichts zu tun: Beim Freigeben der Maschine schaltet die Sicherung es wieder ein. Kommt es wieder, suchen Sie das Produkt, das es abgeschaltet lässt.",
  ]),
  "host-answer-unclear": warning("warning", [
    "The host said something about the machine that makes no sense to this version; the rest was believed.",
    "Compare the message with the machine's settings in Hyper-V Manager; when they are in order, report it.",
    "Der Host hat über die Maschine etwas gesagt, das diese Version nicht versteht; das Übrige wurde geglaubt.",
    "Vergleichen Sie die Meldung mit den Einstellungen im Hyper-V-Manager; sind sie in Ordnung, melden Sie es.",
  ]),
};
