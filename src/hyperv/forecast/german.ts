import type { ENGLISH } from "./english.ts";

/** What a forecast says, in German; same keys and placeholders as `english.ts`. */
export const GERMAN: Readonly<Record<keyof typeof ENGLISH, string>> = {
  desktop:
    "Dieser Elementtyp braucht Windows Server: {caption} ist ein Desktop-Windows und hat keinen Hyper-V-VSS-Writer, mit dem konsistente Sicherungen entstehen",
  testReplica:
    "Sie ist ein Testreplikat, das Hyper-V von selbst entfernt; zu sichern ist die ursprüngliche Maschine",
  unreadable: "Was der Host über sie sagt, ergibt keinen Sinn: {puzzle}",
  busyState: "Sie wird gerade {state}; das endet von selbst, danach kann sie gesichert werden",
  busyInitialReplication:
    "Ihre erste Replikation läuft; eine Sicherung muss warten, bis sie abgeschlossen ist",
  busyResynchronising:
    "Ihre Replikation wird neu synchronisiert; eine Sicherung muss warten, bis das fertig ist",
  busyResynchronisationRequired:
    "Ihre Replikation muss neu synchronisiert werden; bis dahin verweigert Hyper-V die Sicherung eines Replikats",
  busyReplicationCritical:
    "Der Zustand ihrer Replikation ist kritisch; bis das behoben ist, verweigert Hyper-V die Sicherung eines Replikats",
  busyFailover: "Ein Failover von ihr läuft; eine Sicherung muss warten, bis es abgeschlossen ist",
  foreignCheckpoint:
    "Es besteht der Sicherungsprüfpunkt „{checkpoint}“, den nicht Stillpoint angelegt hat; ein zweiter scheitert, und was andere angelegt haben, wird nie entfernt",
  ownCheckpoint:
    "Es besteht der Prüfpunkt „{checkpoint}“ eines Laufs von Stillpoint: er arbeitet noch, oder die nächste Sicherung entfernt, was er hinterlassen hat",
  sharedDisk:
    "Ihr Datenträger {disk} ist eine gemeinsam genutzte VHDX, und dieser Host kann eine solche Maschine nicht sichern: Sichern Sie im Gast, oder verlegen Sie den Datenträger in einen VHD-Satz unter Windows Server 2016 oder neuer",

  methodNotPossible:
    "Verlangt ist die Methode recovery-checkpoint, und {caption} hat keine: Es gibt sie seit Windows Server 2016. Lassen Sie die Methode weg, oder verlangen Sie shadow-copy",
  memoryOldHost:
    "Verlangt ist ihr Arbeitsspeicher, und dieser Host ist älter als Windows Server 2012, wo Stillpoint keine Prüfpunkte anlegt. Lassen Sie den Arbeitsspeicher weg",
  memoryDomainController:
    "Verlangt ist ihr Arbeitsspeicher, und ihr Gast ist ein Domänencontroller: Der Rückgang auf einen Prüfpunkt mit Arbeitsspeicher würde das Verzeichnis beschädigen, daher sind nur Produktionsprüfpunkte unterstützt. Lassen Sie den Arbeitsspeicher weg",
  memoryAssignedDevices:
    "Verlangt ist ihr Arbeitsspeicher, und sie hat {count} zugewiesene(s) Gerät(e), deren Zustand kein Prüfpunkt sichern kann. Lassen Sie den Arbeitsspeicher weg",
  memoryPassThrough:
    "Verlangt ist ihr Arbeitsspeicher, und ihr Datenträger {disk} kann nicht Teil eines Standardprüfpunkts sein. Lassen Sie den Arbeitsspeicher weg",
  memoryFibreChannel:
    "Verlangt ist ihr Arbeitsspeicher, und Datenträger hinter ihren virtuellen Fibre-Channel-Adaptern können nicht Teil eines Standardprüfpunkts sein. Lassen Sie den Arbeitsspeicher weg",
  clusteredSave:
    "Sie gehört zu einem Cluster und müsste für die Schattenkopie gespeichert werden, was der Hyper-V-VSS-Writer dieses Hosts mit Maschinen eines Clusters nicht kann: Richten Sie in ihrem Gast den Integrationsdienst für Sicherungen ein, oder schalten Sie die Maschine für die Sicherung aus",

  application:
    "Sie läuft, und ihr Gast antwortet für Sicherungen: Ein Produktionsprüfpunkt lässt ihre Anwendungen vorher alles schreiben",
  applicationWriter:
    "Sie läuft, und ihr Gast antwortet für Sicherungen: Der Hyper-V-VSS-Writer lässt ihre Anwendungen vorher alles schreiben",
  filesystem:
    "Auf ihr läuft Linux, und ihr Gast antwortet für Sicherungen: Die Dateisysteme werden angehalten, Anwendungen nicht gefragt",
  filesystemUnknownGuest:
    "Sie läuft, und ihr Gast antwortet für Sicherungen, sagt aber nicht, welches System er ist: Mehr als konsistente Dateisysteme wird nicht zugesagt",
  crashMissing:
    "In ihrem Gast antwortet kein Integrationsdienst für Sicherungen: Der Prüfpunkt ist für den Gast wie ein Stromausfall",
  crashDisabled:
    "Der Integrationsdienst für Sicherungen ist in ihren Einstellungen abgeschaltet: Der Prüfpunkt ist für den Gast wie ein Stromausfall",
  crashFailing:
    "Der Integrationsdienst für Sicherungen in ihrem Gast meldet einen Fehler: Der Prüfpunkt ist für den Gast wie ein Stromausfall",
  crashProtocol:
    "Der Integrationsdienst für Sicherungen in ihrem Gast spricht eine Version, die dieser Host nicht kennt: Der Prüfpunkt ist für den Gast wie ein Stromausfall",
  crashLost:
    "Der Kontakt zum Integrationsdienst für Sicherungen in ihrem Gast ist abgerissen: Der Prüfpunkt ist für den Gast wie ein Stromausfall",
  crashStandardType:
    "Produktionsprüfpunkte sind in ihren Einstellungen abgeschaltet: Der Prüfpunkt ist für den Gast wie ein Stromausfall",
  crashDisabledType:
    "Prüfpunkte sind in ihren Einstellungen abgeschaltet: Ein Sicherungsprüfpunkt wird versucht; verweigert ihn der Host, bleibt nur eine Schattenkopie, die den Gast anhalten kann",
  crashDisabledTypeWriter:
    "Prüfpunkte sind in ihren Einstellungen abgeschaltet: Wie der Hyper-V-VSS-Writer sie dann hält, ist nicht bekannt, er kann den Gast anhalten",
  crashOldVersion:
    "Ihre Konfigurationsversion ist zu alt, als dass ein Gast an einem Prüfpunkt mitwirken könnte: Der Prüfpunkt ist für den Gast wie ein Stromausfall",
  crashNoScsi:
    "Sie ist von Generation 1 und hat keinen SCSI-Controller, daher scheitert auf diesem Host der Schnappschuss im Gast; mit einem leeren SCSI-Controller wird sie anwendungskonsistent",
  savedByWriter:
    "In ihrem Gast antwortet kein Integrationsdienst für Sicherungen: Auf diesem Host wird sie gespeichert, die Schattenkopie angelegt, und sie läuft weiter",
  off: "Sie ist ausgeschaltet; ob ihre Datenträger sauber sind, hängt davon ab, wie sie beendet wurde",
  replicaOff:
    "Sie ist ein Replikat und deshalb ausgeschaltet: Ihre Sicherung ist immer nur absturzkonsistent, was auch immer die ursprüngliche Maschine erreichen könnte",
  paused:
    "Sie ist angehalten: Ihre Datenträger sind wie nach einem Stromausfall, und ihr Arbeitsspeicher wird nicht mitgesichert",
  saved:
    "Sie ist gespeichert: Datenträger und Arbeitsspeicher gehören zu einem Augenblick, und der Gast macht dort weiter, wo er stand",

  passThroughUncovered:
    "Es ist eine physische Platte, die der Host dem Gast überlässt; Hyper-V kann sie nicht sichern. Auswege: im Gast sichern oder in einen virtuellen Datenträger umwandeln",
  fibreChannelUncovered:
    "Der Gast erreicht sie über einen virtuellen Fibre-Channel-Adapter; der Host sieht sie nicht. Ausweg: im Gast sichern",
  vhdSetUncovered:
    "Es ist ein VHD-Satz; der Host kann ihn nur zusammen mit allen Maschinen seiner Gruppe sichern. Ausweg: im Gast sichern",
  sharedUncovered:
    "Es ist eine gemeinsam genutzte VHDX; der Host legt von ihr keinen Prüfpunkt an. Auswege: im Gast sichern oder in einen VHD-Satz verlegen",
  excludedByUser: "Sie wurde auf Wunsch ausgelassen ({exclusion})",
  unplacedUncovered: "Stillpoint weiß nicht, wie sie angeschlossen ist: {why}",

  warnPassThrough:
    "Der Pass-Through-Datenträger {disk} ist nicht in der Sicherung; sichern Sie ihn im Gast, oder wandeln Sie ihn mit dem Assistenten für neue virtuelle Festplatten um",
  warnFibreChannel:
    "Datenträger hinter {count} virtuellen Fibre-Channel-Adapter(n) sind nicht in der Sicherung; sichern Sie sie im Gast",
  warnVhdSet: "Der VHD-Satz {disk} ist nicht in der Sicherung; sichern Sie ihn im Gast",
  warnShared: "Der gemeinsam genutzte Datenträger {disk} ist nicht in der Sicherung; sichern Sie ihn im Gast",
  warnUnplaced: "Der Datenträger {disk} ist nicht in der Sicherung: {why}",
  warnPartner:
    "Die Replikation zum Partner braucht Aufmerksamkeit ({state}, Zustand {health}); gerade dann wird eine Sicherung gebraucht",
  warnReplica2012:
    "Sie ist ein Replikat, dessen Replikation {state} ist (Zustand {health}); dieser Host sichert es trotzdem, und die Kopie kann inkonsistent sein",
  warnNoScsi:
    "Sie hat keinen SCSI-Controller; auf diesem Host scheitert der Schnappschuss im Gast (Ereignis 10103), bis einer hinzugefügt wird",
  warnVtpm:
    "Sie hat ein virtuelles TPM, dessen Schlüssel an diesen Host gebunden sind; anderswo startet sie nur, wo die Wächterzertifikate sind",
  warnPausedMemory:
    "Sie ist angehalten, und der Arbeitsspeicher einer angehaltenen Maschine wird nicht mitgesichert",
  warnMissingCheckpoints:
    "{count} ihrer Prüfpunkte meldet der Host als fehlend: Ihre Dateien sind nicht auffindbar, und sie sind nicht in der Sicherung",
  warnHealth:
    "Der Host nennt ihren Zustand kritisch: Ihr Volume kann voll oder weg sein, und ihre letzten Schreibvorgänge können fehlen",
  warnOrphans:
    "Ihr Datenträger {disk} ist ein Prüfpunktdatenträger, doch sie hat keinen Prüfpunkt: Eine frühere Zusammenführung ist nicht zu Ende gekommen; die ganze Kette wird gesichert",
  warnSuspendedMerge:
    "Das Zusammenführen ihrer Datenträger ist auf dem Host ausgesetzt; nach der Sicherung wird es wieder eingeschaltet",
  warnPuzzle: "Der Host hat etwas über sie gesagt, das keinen Sinn ergibt: {puzzle}",

  warnIdleExclusion:
    "Die Ausnahme {exclusion} trifft keinen ihrer Datenträger: Für sie wird nichts ausgelassen",
  warnMemoryByCheckpoint:
    "Ihr Arbeitsspeicher wird mit einem Standardprüfpunkt gesichert, der vor dem Anhalten angelegt und danach entfernt wird: Arbeitsspeicher und Datenträger gehören zu zwei Augenblicken, und der Gast kann kurz stehen bleiben, während sein Arbeitsspeicher gesichert wird",
  warnMemoryNotRunning: "Verlangt ist ihr Arbeitsspeicher, und sie läuft nicht: Es gibt keinen zu sichern",
  warnControllerUnknown:
    "Verlangt ist ihr Arbeitsspeicher, und ihr Gast sagt nicht, ob er ein Domänencontroller ist; der Rückgang auf einen Prüfpunkt mit Arbeitsspeicher würde einen solchen beschädigen",

  adviceSchedule:
    "legen Sie die Sicherung auf eine Zeit, zu der ihre Replikation gewöhnlich auf dem neuesten Stand ist",
  adviceCommands:
    "lassen Sie einen Vorher-Befehl ihre Replikation anhalten und einen Nachher-Befehl sie fortsetzen, damit während der Sicherung nichts repliziert wird",

  adviceLastReplication: "ihre letzte Replikation war um {moment}",

  stateStarting: "gestartet",
  stateStopping: "heruntergefahren",
  stateSaving: "gespeichert",
  statePausing: "angehalten",
  stateResuming: "fortgesetzt",
  stateMerging: "mit ihren Prüfpunktdatenträgern zusammengeführt",
  stateMigrating: "verschoben",
  stateExporting: "exportiert",
  stateCheckpointing: "mit einem Prüfpunkt versehen oder auf einen zurückgesetzt",
};
