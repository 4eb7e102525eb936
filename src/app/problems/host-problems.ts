import type { Problem } from "./problem.ts";
import { row } from "./row.ts";

/** Errors of hosts, machines and the files of a host. */
export const HOST_PROBLEMS: Readonly<Record<string, Problem>> = {
  "desktop-not-supported": row(1, [
    "This is a desktop Windows; machines are backed up from Windows Server.",
    "Move the machine to a Windows Server with Hyper-V, or export it and back up the export with folder:DIR. Desktop Windows has no Hyper-V VSS writer.",
    "Dies ist ein Desktop-Windows; gesichert werden Maschinen von Windows Server.",
    "Verschieben Sie die Maschine auf einen Windows Server mit Hyper-V, oder exportieren Sie sie und sichern Sie den Export mit folder:DIR. Ein Desktop-Windows hat keinen Hyper-V-VSS-Writer.",
  ]),
  "hyperv-not-installed": row(1, [
    "The host has no Hyper-V management.",
    "Install the Hyper-V role, or name another host.",
    "Der Host hat keine Hyper-V-Verwaltung.",
    "Installieren Sie die Rolle Hyper-V oder nennen Sie einen anderen Host.",
  ]),
  "host-unreachable": row(1, [
    "The host cannot be reached, or the connection broke.",
    "Check that the host runs and that its management service answers (on the host: winrm quickconfig; ports 5985 and 5986), then try again.",
    "Der Host ist nicht erreichbar, oder die Verbindung brach ab.",
    "Prüfen Sie, ob der Host läuft und seine Verwaltung antwortet (auf dem Host: winrm quickconfig; Ports 5985 und 5986), und versuchen Sie es erneut.",
  ]),
  "host-fault": row(1, [
    "The host refused a call.",
    "The message holds the host's own sentence and code; look them up in the host's event log (Hyper-V-VMMS).",
    "Der Host hat einen Aufruf abgelehnt.",
    "Die Meldung enthält Satz und Code des Hosts; suchen Sie sie in seinem Ereignisprotokoll (Hyper-V-VMMS).",
  ]),
  "host-answer-malformed": row(1, [
    "The host answered something that its own schema does not allow.",
    "Try again; when it stays, report it with the message.",
    "Der Host hat etwas geantwortet, das sein eigenes Schema nicht erlaubt.",
    "Versuchen Sie es erneut; bleibt es dabei, melden Sie es mit dem Wortlaut der Meldung.",
  ]),
  "host-authentication-failed": row(
    1,
    [
      "The host does not let this account in.",
      "Check user and password, and that the account may use WS-Management: an administrator, or a member of Hyper-V Administrators and Remote Management Users.",
      "Der Host lässt dieses Konto nicht hinein.",
      "Prüfen Sie Benutzer und Kennwort, und ob das Konto WS-Management benutzen darf: als Administrator, oder als Mitglied von Hyper-V-Administratoren und Remoteverwaltungsbenutzern.",
    ],
    [
      [
        "A local account other than Administrator also needs LocalAccountTokenFilterPolicy=1 on the host, when its rights come from being an administrator.",
        "Ein anderes lokales Konto als Administrator braucht auf dem Host außerdem LocalAccountTokenFilterPolicy=1, wenn seine Rechte daher kommen, dass es Administrator ist.",
      ],
      [
        "Where the domain forbids NTLM, or the account is in Protected Users, sign in with --host-auth kerberos.",
        "Wo die Domäne NTLM verbietet oder das Konto zu den Geschützten Benutzern gehört, melden Sie sich mit --host-auth kerberos an.",
      ],
    ],
  ),
  "host-certificate-untrusted": row(1, [
    "The host's certificate is not the expected one, or nobody vouches for it.",
    "Compare the fingerprint in the message with the host's certificate; when it is right, pin it with --host-certificate. No password was sent.",
    "Das Zertifikat des Hosts ist nicht das erwartete, oder niemand bürgt dafür.",
    "Vergleichen Sie den Fingerabdruck in der Meldung mit dem Zertifikat des Hosts; stimmt er, legen Sie ihn mit --host-certificate fest. Ein Kennwort wurde nicht gesendet.",
  ]),
  "host-envelope-too-large": row(1, [
    "A request or an answer is larger than the host allows, also in the smallest portion.",
    'Raise MaxEnvelopeSizekb on the host: winrm set winrm/config @{MaxEnvelopeSizekb="500"}.',
    "Eine Anfrage oder Antwort ist größer, als der Host erlaubt, auch in der kleinsten Portion.",
    'Erhöhen Sie MaxEnvelopeSizekb auf dem Host: winrm set winrm/config @{MaxEnvelopeSizekb="500"}.',
  ]),
  "host-argument-unusable": row(1, [
    "A value that was to be sent to the host has no form on the wire, such as a control character in a name.",
    "Change the name or path that the message shows.",
    "Ein Wert, der an den Host gehen sollte, hat auf der Leitung keine Form, etwa ein Steuerzeichen in einem Namen.",
    "Ändern Sie den Namen oder Pfad, den die Meldung zeigt.",
  ]),
  "host-answer-tampered": row(1, [
    "An answer of the host was changed on its way, or is not sealed; it was not used.",
    "Try again; when it stays, look for a proxy between this machine and the host, or use HTTPS.",
    "Eine Antwort des Hosts wurde unterwegs verändert oder ist nicht versiegelt; sie wurde nicht verwendet.",
    "Versuchen Sie es erneut; bleibt es dabei, suchen Sie einen Proxy zwischen diesem Rechner und dem Host, oder verwenden Sie HTTPS.",
  ]),
  "machine-not-found": row(1, [
    "The machine is no longer on this host.",
    "It may have been deleted or moved to another node; look where it is now.",
    "Die Maschine ist nicht mehr auf diesem Host.",
    "Vielleicht wurde sie gelöscht oder auf einen anderen Knoten verschoben; suchen Sie sie dort.",
  ]),
  "machine-busy": row(
    1,
    [
      "The machine is busy with something that a backup must not disturb; Hyper-V says “cannot start a backup operation because it is currently executing a conflicting operation. Try the backup again.” It was tried again as often as was asked, and did not end.",
      "The message names the blocking state. Where it is replication: schedule its backup when its replication is likely current, so that no change is just being applied; a time at which it was seen free is proposed once it was seen on three days.",
      "Die Maschine ist mit etwas beschäftigt, das eine Sicherung nicht stören darf; Hyper-V sagt dann „cannot start a backup operation because it is currently executing a conflicting operation. Try the backup again.“ Es wurde so oft erneut versucht wie gewünscht, und es endete nicht.",
      "Die Meldung nennt den Zustand. Ist es die Replikation: Sichern Sie die Maschine, wenn ihre Replikation voraussichtlich aktuell ist, also gerade keine Änderung angewendet wird; eine Zeit, zu der sie frei war, wird vorgeschlagen, sobald sie an drei Tagen beobachtet wurde.",
    ],
    [
      [
        "Stop replication while the backup runs, and resume it after: --suspend-replication does both and resumes also when the backup fails; or give commands of your own with --before and --after.",
        "Halten Sie die Replikation während der Sicherung an und setzen Sie sie danach fort: --suspend-replication tut beides, auch wenn die Sicherung scheitert; oder geben Sie mit --before und --after eigene Befehle an.",
      ],
      [
        "Give it more patience: --retries tries up to 100 times.",
        "Haben Sie mehr Geduld: --retries lässt bis zu 100 Versuche zu.",
      ],
    ],
  ),
  "machine-changed": row(1, [
    "The machine's disks or checkpoints changed while they were read, each time it was tried.",
    "Back it up at a time when nobody makes or removes checkpoints.",
    "Platten oder Prüfpunkte der Maschine haben sich beim Lesen verändert, bei jedem Versuch.",
    "Sichern Sie sie zu einer Zeit, in der niemand Prüfpunkte anlegt oder entfernt.",
  ]),
  "file-changed": row(1, [
    "A file changed while it was read, each time it was tried.",
    "Find out what writes it: a running machine's disk cannot be read without holding the machine.",
    "Eine Datei hat sich beim Lesen verändert, bei jedem Versuch.",
    "Finden Sie heraus, was sie schreibt: die Platte einer laufenden Maschine ist nur lesbar, wenn die Maschine angehalten wird.",
  ]),
  "machine-file-missing": row(1, [
    "A file of the machine is gone.",
    "Look for the file that the message names; the machine may not start without it either.",
    "Eine Datei der Maschine fehlt.",
    "Suchen Sie die genannte Datei; ohne sie startet vielleicht auch die Maschine nicht.",
  ]),
  "machine-unreadable": row(1, [
    "The machine's files cannot be read.",
    "The message names the file and the reason.",
    "Die Dateien der Maschine sind nicht lesbar.",
    "Die Meldung nennt Datei und Grund.",
  ]),
  "shared-disk-not-supported": row(1, [
    "The machine has a shared virtual disk, which this host cannot back up.",
    "Back up inside the guest, or convert the disk to a VHD set on Windows Server 2016 or later.",
    "Die Maschine hat eine gemeinsam genutzte virtuelle Platte, die dieser Host nicht sichern kann.",
    "Sichern Sie im Gast, oder wandeln Sie die Platte ab Windows Server 2016 in ein VHD-Set um.",
  ]),
  "test-replica": row(1, [
    "This is a test replica; it is not backed up.",
    "Back up the primary or the replica itself.",
    "Dies ist ein Testreplikat; es wird nicht gesichert.",
    "Sichern Sie das Original oder das Replikat selbst.",
  ]),
  "application-consistency-required": row(
    1,
    [
      "The machine can only be held crash-consistently, and application consistency is required.",
      "Repair what the forecast names: mostly the guest's backup integration service, which must be installed, running, and offered in the machine's settings.",
      "Die Maschine lässt sich nur absturzkonsistent anhalten, gefordert ist Anwendungskonsistenz.",
      "Bringen Sie in Ordnung, was die Vorhersage nennt: meist den Integrationsdienst für Sicherungen, der im Gast installiert sein und laufen und in den Einstellungen der Maschine angeboten sein muss.",
    ],
    [
      [
        "Set the machine's checkpoint type to production where production checkpoints are switched off.",
        "Stellen Sie den Prüfpunkttyp der Maschine auf Produktion, wo Produktionsprüfpunkte abgeschaltet sind.",
      ],
      [
        "Run without --require-application where crash-consistent is good enough.",
        "Verzichten Sie auf --require-application, wo absturzkonsistent genügt.",
      ],
    ],
  ),
  "capture-method-not-available": row(1, [
    "This machine needs a shadow copy, and its host offers no diskshadow that Stillpoint can run.",
    "Run Stillpoint on the Windows Server itself, or export the machine and back up the export with folder:DIR; machines of Windows Server 2016 and later with configuration version 6.2 or later need no shadow copy.",
    "Diese Maschine braucht eine Schattenkopie; auf ihrem Host kann Stillpoint kein diskshadow starten.",
    "Führen Sie Stillpoint auf dem Windows Server selbst aus, oder exportieren Sie die Maschine und sichern Sie den Export mit folder:DIR; ab Windows Server 2016 mit Konfigurationsversion 6.2 braucht es keine Schattenkopie.",
  ]),
  "shadow-copy-failed": row(
    1,
    [
      "The host could not make the shadow copy of the machine's volumes.",
      "The message has the code of VSS. Look whether another backup product is at work at the same time, and let one wait for the other.",
      "Der Host konnte die Schattenkopie der Volumes der Maschine nicht anlegen.",
      "Die Meldung enthält den Code von VSS. Prüfen Sie, ob zugleich ein anderes Sicherungsprodukt arbeitet, und lassen Sie eines auf das andere warten.",
    ],
    [
      [
        "Give shadow copies room: vssadmin list shadowstorage shows what they have, vssadmin resize shadowstorage changes it.",
        "Geben Sie Schattenkopien Platz: vssadmin list shadowstorage zeigt, was sie haben, vssadmin resize shadowstorage ändert es.",
      ],
      [
        "Look for errors of VSS in the application log and of volsnap in the system log of the same minute.",
        "Suchen Sie Fehler von VSS im Anwendungs- und von volsnap im Systemprotokoll derselben Minute.",
      ],
    ],
  ),
  "writer-failed": row(
    1,
    [
      "The Hyper-V VSS writer failed the machine, or is not there.",
      "Look at the VSS service inside the guest, and for events of Hyper-V-VMMS about the machine (10102, 10103, 10150) on the host.",
      "Der Hyper-V-VSS-Writer hat die Maschine nicht gesichert, oder es gibt ihn nicht.",
      "Prüfen Sie den VSS-Dienst im Gast, und suchen Sie auf dem Host Ereignisse von Hyper-V-VMMS zu der Maschine (10102, 10103, 10150).",
    ],
    [
      [
        "Restart the service vmms on the host at a quiet time: that resets the writer and stops no machine.",
        "Starten Sie auf dem Host zu ruhiger Zeit den Dienst vmms neu: Das setzt den Writer zurück und hält keine Maschine an.",
      ],
      [
        "On Windows Server 2012 R2, --allow-service-switch backs it up crash-consistent until its guest is repaired.",
        "Unter Windows Server 2012 R2 sichert --allow-service-switch sie absturzkonsistent, bis ihr Gast in Ordnung ist.",
      ],
    ],
  ),
  "machine-not-in-writer": row(1, [
    "Hyper-V has the machine, but its VSS writer does not list it.",
    "Restart the service vmms on the host, which stops no machine, and try again; a machine whose configuration file cannot be read is not listed either.",
    "Hyper-V hat die Maschine, aber sein VSS-Writer führt sie nicht auf.",
    "Starten Sie auf dem Host den Dienst vmms neu, das hält keine Maschine an, und versuchen Sie es erneut; auch eine Maschine mit unlesbarer Konfigurationsdatei fehlt dort.",
  ]),
  "shadow-copy-unreadable": row(1, [
    "The shadow copy was made, but the machine's files cannot be read in it, or it is gone.",
    "Give shadow copies more room (vssadmin resize shadowstorage): Windows drops them when it is full. From another computer they are read through shares, and from Windows only; it is simpler to run Stillpoint on the host.",
    "Die Schattenkopie wurde angelegt, aber die Dateien der Maschine sind darin nicht lesbar, oder sie ist verschwunden.",
    "Geben Sie Schattenkopien mehr Platz (vssadmin resize shadowstorage): Ist er erschöpft, verwirft Windows sie. Von einem anderen Rechner aus werden sie über Freigaben gelesen, und nur unter Windows; einfacher ist es, Stillpoint auf dem Host auszuführen.",
  ]),
  "checkpoint-failed": row(
    1,
    [
      "Hyper-V could not make the checkpoint for the backup.",
      "The message holds Hyper-V's reason. Look inside the guest for a service that does not hold still, and at the host's events 10150, 18012 and 19100.",
      "Hyper-V konnte den Prüfpunkt für die Sicherung nicht anlegen.",
      "Die Meldung enthält den Grund von Hyper-V. Suchen Sie im Gast einen Dienst, der nicht stillhält, und beachten Sie auf dem Host die Ereignisse 10150, 18012 und 19100.",
    ],
    [
      [
        "Make room on the volumes of the machine's disks: a checkpoint needs space for what is written while it stands.",
        "Schaffen Sie Platz auf den Volumes ihrer Platten: Ein Prüfpunkt braucht Raum für das, was währenddessen geschrieben wird.",
      ],
      [
        "Look with Get-VHD whether each file of its chains is there and readable; a missing parent fails every checkpoint.",
        "Prüfen Sie mit Get-VHD, ob jede Datei ihrer Ketten da und lesbar ist; an einer fehlenden Elternplatte scheitert jeder Prüfpunkt.",
      ],
    ],
  ),
  "folder-missing": row(1, [
    "The folder of a folder: host does not exist.",
    "Check the path, and that the disk or share is mounted.",
    "Der Ordner eines folder:-Hosts existiert nicht.",
    "Prüfen Sie den Pfad und ob Platte oder Freigabe eingebunden sind.",
  ]),
  "host-file-missing": row(1, [
    "A file of the host is not there.",
    "Look for the file that the message names.",
    "Eine Datei des Hosts ist nicht da.",
    "Suchen Sie die genannte Datei.",
  ]),
  "host-file-exists": row(1, [
    "A file that should be made exists already.",
    "Choose an empty folder; nothing is overwritten.",
    "Eine Datei, die angelegt werden soll, gibt es schon.",
    "Wählen Sie einen leeren Ordner; überschrieben wird nichts.",
  ]),
  "host-file-locked": row(
    1,
    [
      "Another program has the file open.",
      "Find out which one holds it, often a virus scanner or another backup, and try again.",
      "Ein anderes Programm hält die Datei offen.",
      "Finden Sie heraus, welches sie hält, oft ein Virenscanner oder eine andere Sicherung, und versuchen Sie es erneut.",
    ],
    [
      [
        "Except the folders of the machines from the virus scanner, as Microsoft recommends for Hyper-V hosts.",
        "Nehmen Sie die Ordner der Maschinen vom Virenscanner aus, wie Microsoft es für Hyper-V-Hosts empfiehlt.",
      ],
    ],
  ),
  "host-file-denied": row(1, [
    "This account may not use the file.",
    "Give the account rights on the file and its folder.",
    "Dieses Konto darf die Datei nicht benutzen.",
    "Geben Sie dem Konto Rechte an Datei und Ordner.",
  ]),
  "host-file-full": row(1, [
    "The disk that is written to is full.",
    "Make room and try again.",
    "Die Platte, auf die geschrieben wird, ist voll.",
    "Schaffen Sie Platz und versuchen Sie es erneut.",
  ]),
  "host-file-unmapped": row(
    1,
    [
      "It is not known from here where this path of the host can be read.",
      'Make the host\'s drives readable here, for instance by mounting its administrative shares, and name them with --path-map FILE: {"drives":{"D":"/mnt/hv01-d"}}.',
      "Von hier aus ist nicht bekannt, wo dieser Pfad des Hosts zu lesen ist.",
      'Machen Sie die Laufwerke des Hosts hier lesbar, etwa indem Sie seine administrativen Freigaben einbinden, und nennen Sie sie mit --path-map DATEI: {"drives":{"D":"/mnt/hv01-d"}}.',
    ],
    [
      [
        "A path that begins with \\\\?\\GLOBALROOT is a shadow copy, which only its own host can open: run Stillpoint on the host with --host local.",
        "Ein Pfad, der mit \\\\?\\GLOBALROOT beginnt, ist eine Schattenkopie, die nur ihr eigener Host öffnen kann: Führen Sie Stillpoint auf dem Host mit --host local aus.",
      ],
    ],
  ),
  "host-file-failed": row(1, [
    "A file could not be used for a reason that the system gave.",
    "The message holds the system's reason; a retry may help.",
    "Eine Datei war aus einem Grund des Systems nicht benutzbar.",
    "Die Meldung enthält den Grund; ein neuer Versuch hilft vielleicht.",
  ]),
  "simulated-host-invalid": row(1, [
    "The description of the simulated host is wrong.",
    "Correct the field of host.json that the message names; where there is no host.json, name the folder that has one.",
    "Die Beschreibung des simulierten Hosts ist falsch.",
    "Berichtigen Sie das genannte Feld in host.json; fehlt host.json, nennen Sie den Ordner, der eine hat.",
  ]),
  "simulated-host-busy": row(1, [
    "Another process has held the simulated host for too long.",
    "Wait for it to end, then try again.",
    "Ein anderer Prozess hält den simulierten Host zu lange fest.",
    "Warten Sie dessen Ende ab und versuchen Sie es erneut.",
  ]),
  "simulated-act-refused": row(1, [
    "The simulated host cannot do this in its present state.",
    "The message says what stands in the way.",
    "Der simulierte Host kann das in seinem jetzigen Zustand nicht.",
    "Die Meldung sagt, was im Weg steht.",
  ]),
  "restore-folder-not-empty": row(1, [
    "The folder to restore into holds something already.",
    "Choose an empty or new folder, or allow it with --overwrite.",
    "Der Zielordner ist nicht leer.",
    "Wählen Sie einen leeren oder neuen Ordner, oder erlauben Sie es mit --overwrite.",
  ]),
  "restore-path-unsafe": row(4, [
    "A path in the restore point leads out of every folder.",
    "Nothing was written there; verify the vault, somebody may have tampered with it.",
    "Ein Pfad im Wiederherstellungspunkt führt aus jedem Ordner hinaus.",
    "Dorthin wurde nichts geschrieben; prüfen Sie den Tresor, vielleicht hat ihn jemand manipuliert.",
  ]),
  "restore-name-unusable": row(1, [
    "This system cannot have a file of that name.",
    "Restore on another system, or on another file system.",
    "Dieses System kann keine Datei mit diesem Namen haben.",
    "Stellen Sie auf einem anderen System oder Dateisystem wieder her.",
  ]),
  "restore-path-collision": row(1, [
    "Two files of the restore point, or of two restore points that are restored with --exact together, would have one place here.",
    "Several restore points: without --exact each has a folder of its own, or restore one at a time. One: restore with --exact, or on a file system that tells upper from lower case.",
    "Zwei Dateien des Wiederherstellungspunkts, oder zweier, die mit --exact zusammen wiederhergestellt werden, hätten hier denselben Platz.",
    "Mehrere Wiederherstellungspunkte: Ohne --exact hat jeder seinen eigenen Ordner, oder stellen Sie einen nach dem anderen wieder her. Einer: Stellen Sie mit --exact wieder her, oder auf einem Dateisystem, das Groß- und Kleinschreibung unterscheidet.",
  ]),
  "restored-file-wrong": row(1, [
    "What was written is not what the restore point says, and was not kept.",
    "Check disk and memory of this machine, then restore again.",
    "Geschriebenes entspricht nicht dem Wiederherstellungspunkt und wurde verworfen.",
    "Prüfen Sie Platte und Arbeitsspeicher dieses Rechners und stellen Sie erneut wieder her.",
  ]),
  "host-command-missing": row(1, [
    "The program that should run on the host is not there.",
    "Check its name and path on the host.",
    "Das Programm, das auf dem Host laufen soll, ist nicht da.",
    "Prüfen Sie Name und Pfad auf dem Host.",
  ]),
  "host-command-denied": row(1, [
    "This account may not start the program.",
    "Give the account the right to run it.",
    "Dieses Konto darf das Programm nicht starten.",
    "Geben Sie dem Konto das Recht dazu.",
  ]),
  "host-command-timeout": row(1, [
    "The program took too long and was ended.",
    "Mend the program or allow it more time.",
    "Das Programm brauchte zu lange und wurde beendet.",
    "Beheben Sie die Ursache oder erlauben Sie mehr Zeit.",
  ]),
  "host-command-killed": row(1, [
    "The program was ended by a signal from outside.",
    "Find out who ended it, then run again.",
    "Das Programm wurde von außen beendet.",
    "Finden Sie heraus, von wem, und starten Sie erneut.",
  ]),
  "host-command-failed": row(1, [
    "The system could not run the program.",
    "The message holds the system's reason.",
    "Das System konnte das Programm nicht ausführen.",
    "Die Meldung enthält den Grund des Systems.",
  ]),
};
