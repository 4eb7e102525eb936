import type { Words } from "./problem.ts";

/** Where the host itself shows what a code stands for: a command or an event log, and what to look for in it. */
export interface Evidence {
  /** Typed on the host as it stands, in Windows PowerShell; NAME is the machine's name, FILE a path. */
  readonly command: string;
  readonly look: Words;
  /** Who says so. */
  readonly source: Words;
}

const MODULE = {
  en: "Hyper-V module of Windows PowerShell",
  de: "Hyper-V-Modul von Windows PowerShell",
};
const COMMANDS = { en: "Windows commands reference", de: "Referenz der Windows-Befehle" };
const WRITER = "Microsoft: Backing up and restoring virtual machines (Hyper-V VSS writer)";
const REPLICA = "Microsoft: Backup of a replica VM (2014-04-24)";
const REPORTED = {
  en: "reports of administrators; the ids are not in Microsoft's reference",
  de: "Berichte von Administratoren; die Nummern stehen nicht in Microsofts Referenz",
};
const CLUSTER = {
  en: "FailoverClusters module of Windows PowerShell",
  de: "FailoverClusters-Modul von Windows PowerShell",
};
const KERBEROS = "Microsoft: Kerberos authentication overview and its policy settings";
const WINRM = "Microsoft: Installation and configuration for Windows Remote Management";

const VMMS = "Get-WinEvent -LogName Microsoft-Windows-Hyper-V-VMMS-Admin -MaxEvents 50";
const INTEGRATION = "Get-VMIntegrationService -VMName NAME";
const DISKS = "Get-VMHardDiskDrive -VMName NAME | Format-List *";
const REPLICATION = "Get-VMReplication -VMName NAME | Format-List *";
const STATE = "Get-VM -Name NAME | Format-List State, Status, OperationalStatus, Version";
const LISTENER = "winrm enumerate winrm/config/listener";

const MERGE_EVENTS = evidence(VMMS, REPORTED, [
  "19070: a merge began; 19080: it ended; 19100: it failed, with the reason.",
  "19070: eine Zusammenführung begann; 19080: sie endete; 19100: sie scheiterte, mit dem Grund.",
]);
const CHAIN = evidence("Get-VHD -Path FILE | Format-List Path, ParentPath, VhdType", MODULE, [
  "The parent of each disk of the chain, and whether the file can be opened at all.",
  "Die Elternplatte jedes Gliedes der Kette, und ob sich die Datei überhaupt öffnen lässt.",
]);
const GUEST_VSS = evidence(VMMS, REPORTED, [
  "10150 or 10107: something inside the guest did not hold still; 18012: a checkpoint failed; 18014: it was cancelled.",
  "10150 oder 10107: im Gast hat etwas nicht stillgehalten; 18012: ein Prüfpunkt scheiterte; 18014: er wurde abgebrochen.",
]);
const GUEST_SERVICE = evidence(INTEGRATION, MODULE, [
  "Backup (volume checkpoint) must be enabled, and its status must be OK.",
  "Sicherung (Volumeprüfpunkt) muss aktiviert und ihr Status in Ordnung sein.",
]);
const WRITER_STATE = evidence("vssadmin list writers", COMMANDS, [
  "The Hyper-V VSS writer must be stable [1] without an error.",
  "Der Hyper-V-VSS-Writer muss stabil [1] und ohne Fehler sein.",
]);
const SHADOW_ROOM = evidence("vssadmin list shadowstorage", COMMANDS, [
  "Used and maximum space for shadow copies of each volume.",
  "Belegter und höchstens erlaubter Platz für Schattenkopien jedes Volumes.",
]);
const REPLICATION_STATE = evidence(REPLICATION, REPLICA, [
  "State and health of the replication; a replica is refused while a log is applied, while it resynchronises, migrates, or fails over, and when its health is critical.",
  "Status und Integrität der Replikation; ein Replikat wird verweigert, solange ein Protokoll angewendet wird, solange es neu synchronisiert, verschoben oder umgeschaltet wird, und wenn seine Integrität kritisch ist.",
]);
const MACHINE_STATE = evidence(STATE, MODULE, [
  "State of the machine and what is going on with it.",
  "Status der Maschine und was gerade mit ihr geschieht.",
]);
const SHARED = evidence(DISKS, MODULE, [
  "SupportPersistentReservations is true for a shared disk; a path that ends in .vhds is a VHD set.",
  "SupportPersistentReservations ist bei einer gemeinsam genutzten Platte wahr; ein Pfad auf .vhds ist ein VHD-Satz.",
]);
const LISTENERS = evidence(LISTENER, WINRM, [
  "Which ports listen, and the thumbprint of the HTTPS listener's certificate.",
  "Welche Ports lauschen, und der Fingerabdruck des Zertifikats des HTTPS-Listeners.",
]);
const VMMS_LOG = evidence(VMMS, "Microsoft: Looking at the Hyper-V event log (2018)", [
  "Errors of the same minute that name the machine; successful checkpoints write nothing there.",
  "Fehler derselben Minute, die die Maschine nennen; gelungene Prüfpunkte hinterlassen dort nichts.",
]);

const ACCESS = evidence("icacls FILE", COMMANDS, [
  "Who may read the file; Stillpoint's account, or a group that it is in, must be there.",
  "Wer die Datei lesen darf; das Konto von Stillpoint oder eine seiner Gruppen muss dabei sein.",
]);
const OWNER_NODE = evidence("Get-ClusterGroup | Where-Object GroupType -eq VirtualMachine", CLUSTER, [
  "The node that owns each machine now.",
  "Der Knoten, dem jede Maschine gerade gehört.",
]);
const CHECKPOINTS = evidence(
  "Get-VMSnapshot -VMName NAME | Format-Table Name, CreationTime, SnapshotType",
  MODULE,
  [
    "Checkpoints that somebody made in the time of the backup.",
    "Prüfpunkte, die jemand während der Sicherung angelegt hat.",
  ],
);
const ATTACHED = evidence(DISKS, MODULE, [
  "How each disk is attached: controller, number, location, path.",
  "Wie jede Platte angeschlossen ist: Controller, Nummer, Platz, Pfad.",
]);

/** What shows a code's cause on the host; codes whose cause is not on a host have none. */
export const EVIDENCE: Readonly<Record<string, readonly Evidence[]>> = {
  "application-consistency-required": [GUEST_SERVICE, GUEST_VSS],
  "backup-service-switched": [GUEST_SERVICE, WRITER_STATE],
  "capture-method-not-available": [
    evidence("Get-Command diskshadow.exe", COMMANDS, [
      "diskshadow is part of Windows Server only.",
      "diskshadow gehört nur zu Windows Server.",
    ]),
  ],
  "checkpoint-disk-orphaned": [MERGE_EVENTS, CHAIN],
  "checkpoint-failed": [GUEST_VSS, MACHINE_STATE],
  "checkpoint-missing": [
    evidence("Get-VMSnapshot -VMName NAME | Format-Table Name, SnapshotType, Path", MODULE, [
      "Which checkpoints Hyper-V knows, and where it looks for their files.",
      "Welche Prüfpunkte Hyper-V kennt, und wo es ihre Dateien sucht.",
    ]),
  ],
  "clustered-guest-not-saved": [GUEST_SERVICE],
  "configuration-not-found": [
    evidence("Get-VM -Name NAME | Format-List ConfigurationLocation, Version, Id", MODULE, [
      "Where Hyper-V keeps the machine's configuration.",
      "Wo Hyper-V die Konfiguration der Maschine hält.",
    ]),
  ],
  "dead-man-not-armed": [
    evidence("Get-ScheduledTask -TaskName 'Stillpoint*'", COMMANDS, [
      "Tasks of ours that stand on the host.",
      "Unsere Aufgaben, die auf dem Host stehen.",
    ]),
  ],
  "desktop-not-supported": [
    evidence(
      "(Get-CimInstance Win32_OperatingSystem).ProductType",
      "Microsoft: Win32_OperatingSystem class",
      [
        "1 is a desktop Windows, 2 a domain controller, 3 a server.",
        "1 ist ein Desktop-Windows, 2 ein Domänencontroller, 3 ein Server.",
      ],
    ),
  ],
  "disk-not-covered": [ATTACHED],
  "disk-not-in-checkpoint": [SHARED],
  "disk-not-understood": [CHAIN],
  "disk-parent-mismatch": [CHAIN],
  "disk-parent-missing": [CHAIN],
  "domain-controller-unknown": [
    evidence(INTEGRATION, MODULE, [
      "Key-Value Pair Exchange must be enabled for the guest to say what it is.",
      "Der Datenaustausch muss aktiviert sein, damit der Gast sagt, was er ist.",
    ]),
  ],
  "exclusion-without-disk": [ATTACHED],
  "fibre-channel-not-covered": [
    evidence("Get-VMFibreChannelHba -VMName NAME", MODULE, [
      "The machine's virtual Fibre Channel adapters.",
      "Die virtuellen Fibre-Channel-Adapter der Maschine.",
    ]),
  ],
  "forecast-differs": [GUEST_VSS, GUEST_SERVICE],
  "guest-interrupted": [GUEST_SERVICE],
  "guest-not-resumed": [MACHINE_STATE, VMMS_LOG],
  "guest-resumed": [MACHINE_STATE, VMMS_LOG],
  "host-authentication-failed": [
    evidence("winrm get winrm/config/service/auth", WINRM, [
      "Which ways of signing in the host allows.",
      "Welche Arten der Anmeldung der Host erlaubt.",
    ]),
  ],
  "host-bridge-restricted": [
    evidence("$ExecutionContext.SessionState.LanguageMode", "Microsoft: about_Language_Modes", [
      "FullLanguage is needed.",
      "Nötig ist FullLanguage.",
    ]),
  ],
  "host-certificate-untrusted": [LISTENERS],
  "host-envelope-too-large": [
    evidence("winrm get winrm/config", WINRM, [
      "MaxEnvelopeSizekb: 500 is usual, 150 on Windows Server 2008 R2.",
      "MaxEnvelopeSizekb: üblich ist 500, unter Windows Server 2008 R2 150.",
    ]),
  ],
  "host-fault": [VMMS_LOG],
  "host-file-denied": [ACCESS],
  "host-file-locked": [
    evidence(
      "Get-SmbOpenFile | Format-Table ClientComputerName, Path",
      "SmbShare module of Windows PowerShell",
      [
        "Who has the file open over a share; the host's own programs show in Resource Monitor.",
        "Wer die Datei über eine Freigabe offen hält; Programme des Hosts selbst zeigt der Ressourcenmonitor.",
      ],
    ),
  ],
  "host-unreachable": [LISTENERS],
  "hyperv-not-installed": [
    evidence("Get-Service vmms", MODULE, [
      "The service of Hyper-V must be there and run.",
      "Der Dienst von Hyper-V muss vorhanden sein und laufen.",
    ]),
  ],
  "kerberos-clock-skew": [
    evidence("w32tm /query /status", KERBEROS, [
      "Where the host's clock comes from and how far it is off; five minutes are allowed.",
      "Woher die Uhr des Hosts kommt und wie weit sie abweicht; erlaubt sind fünf Minuten.",
    ]),
  ],
  "kerberos-service-unknown": [
    evidence("setspn -L HOST", COMMANDS, [
      "The names by which the domain knows the host; WSMAN/name, HTTP/name or HOST/name must be among them.",
      "Die Namen, unter denen die Domäne den Host kennt; WSMAN/Name, HTTP/Name oder HOST/Name muss dabei sein.",
    ]),
  ],
  "kerberos-ticket-missing": [
    evidence("klist", COMMANDS, [
      "The tickets of this account on this computer, not on the host, and when they end.",
      "Die Tickets dieses Kontos auf diesem Rechner, nicht auf dem Host, und wann sie enden.",
    ]),
  ],
  "left-behind": [MERGE_EVENTS, CHAIN],
  "machine-busy": [REPLICATION_STATE, MACHINE_STATE],
  "machine-changed": [CHECKPOINTS],
  "machine-file-missing": [CHAIN],
  "machine-gone": [OWNER_NODE],
  "machine-health-critical": [MACHINE_STATE, VMMS_LOG],
  "machine-not-found": [OWNER_NODE],
  "machine-not-in-writer": [
    evidence("'list writers metadata' | diskshadow.exe", WRITER, [
      "A component whose name is the machine's GUID, below the Hyper-V VSS writer.",
      "Eine Komponente, deren Name die GUID der Maschine ist, unter dem Hyper-V-VSS-Writer.",
    ]),
  ],
  "machine-on-other-node": [OWNER_NODE],
  "merge-suspended": [
    evidence(
      "Get-CimInstance -Namespace root\\virtualization\\v2 Msvm_DiskMergeSettingData",
      "Microsoft: Msvm_DiskMergeSettingData class",
      [
        "EnabledState 0 means that merging is switched off for this machine.",
        "EnabledState 0 bedeutet, dass das Zusammenführen für diese Maschine abgeschaltet ist.",
      ],
    ),
  ],
  "passthrough-disk-not-covered": [
    evidence("Get-VMHardDiskDrive -VMName NAME | Where-Object { $null -ne $_.DiskNumber }", MODULE, [
      "The physical disk's number on the host, and the controller and location in the machine.",
      "Die Nummer der physischen Platte auf dem Host, Controller und Platz in der Maschine.",
    ]),
  ],
  "replica-may-be-inconsistent": [REPLICATION_STATE],
  "replica-partner-critical": [REPLICATION_STATE],
  "replication-not-suspended": [REPLICATION_STATE],
  "scsi-controller-missing": [
    evidence("Get-VMScsiController -VMName NAME", MODULE, [
      "No line means no SCSI controller; a failed snapshot inside the guest is event 10103 of Hyper-V-VMMS.",
      "Keine Zeile heißt kein SCSI-Controller; ein gescheiterter Schnappschuss im Gast ist Ereignis 10103 von Hyper-V-VMMS.",
    ]),
  ],
  "shadow-copy-failed": [
    WRITER_STATE,
    SHADOW_ROOM,
    evidence("Get-WinEvent -FilterHashtable @{ LogName = 'Application'; ProviderName = 'VSS' }", REPORTED, [
      "8193 and 12293: a provider or the service failed; 8229: a writer refused.",
      "8193 und 12293: ein Anbieter oder der Dienst ist gescheitert; 8229: ein Writer hat abgelehnt.",
    ]),
  ],
  "shadow-copy-unreadable": [SHADOW_ROOM],
  "shared-disk-not-covered": [SHARED],
  "shared-disk-not-supported": [SHARED],
  "test-replica": [REPLICATION_STATE],
  "vhd-set-not-covered": [SHARED],
  "vhdx-parent-mismatch": [CHAIN],
  "vhdx-parent-missing": [CHAIN],
  "vtpm-bound-to-host": [
    evidence("Get-ChildItem 'Cert:\\LocalMachine\\Shielded VM Local Certificates'", MODULE, [
      "The guardian certificates of this host: one to sign, one to encrypt.",
      "Die Wächterzertifikate dieses Hosts: eines zum Signieren, eines zum Verschlüsseln.",
    ]),
  ],
  "writer-failed": [WRITER_STATE, GUEST_VSS],
  "writer-method-unclear": [WRITER_STATE],
};

/** A source that is one string is the title of a page, which is the same in every language. */
function evidence(
  command: string,
  source: Words | string,
  [en, de]: readonly [en: string, de: string],
): Evidence {
  const named = typeof source === "string" ? { en: source, de: source } : source;
  return { command, source: named, look: { en, de } };
}
