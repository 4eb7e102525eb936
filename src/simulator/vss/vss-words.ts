/** What diskshadow prints, in the host's language. The German words are a guess (docs/unconfirmed.md, diskshadow-language). */
export interface VssWords {
  readonly writer: string;
  readonly writerId: string;
  readonly instanceId: string;
  readonly component: string;
  readonly name: string;
  readonly logicalPath: string;
  readonly fullPath: string;
  readonly caption: string;
  readonly type: string;
  readonly selectable: string;
  readonly volumesAffected: string;
  readonly shadowCopy: string;
  readonly shadowSet: string;
  readonly count: string;
  readonly originalVolume: string;
  readonly created: string;
  readonly device: string;
  readonly originating: string;
  readonly service: string;
  readonly notExposed: string;
  readonly provider: string;
  readonly attributes: string;
  readonly listed: string;
  readonly none: string;
  readonly querying: string;
  readonly aliasSet: (alias: string, id: string) => string;
  readonly deleted: (id: string) => string;
  readonly failedCall: string;
  readonly failedWriter: string;
  readonly unknownCommand: (line: string) => string;
  readonly captions: {
    readonly guest: string;
    readonly still: string;
    readonly classicGuest: string;
    readonly classicSaved: string;
    readonly other: string;
  };
}

const ENGLISH: VssWords = {
  writer: "WRITER",
  writerId: "Writer ID  ",
  instanceId: "Writer instance ID",
  component: "Component",
  name: "Name",
  logicalPath: "Logical path",
  fullPath: "Full path",
  caption: "Caption",
  type: "Type",
  selectable: "Selectable: TRUE",
  volumesAffected: "Volumes affected by this component",
  shadowCopy: "Shadow copy ID",
  shadowSet: "Shadow copy set",
  count: "Original count of shadow copies",
  originalVolume: "Original volume name",
  created: "Creation time",
  device: "Shadow copy device name",
  originating: "Originating machine",
  service: "Service machine",
  notExposed: "Not exposed",
  provider: "Provider ID",
  attributes: "Attributes",
  listed: "Number of shadow copies listed",
  none: "No shadow copies found in system.",
  querying: "Querying all shadow copies with the shadow copy set ID",
  aliasSet: (alias, id) => `Alias ${alias} for shadow ID ${id} set as environment variable.`,
  deleted: (id) => `Deleting shadow copy ${id} ...`,
  failedCall: "The last operation failed.",
  failedWriter: "The writer is in a failed state",
  unknownCommand: (line) => `Error: the command "${line}" is not recognized or its arguments are wrong.`,
  captions: {
    guest: "Online",
    still: "Offline",
    classicGuest: "Backup Using Child Partition Snapshot",
    classicSaved: "Backup Using Saved State",
    other: "Protected",
  },
};

const GERMAN: VssWords = {
  writer: "VERFASSER",
  writerId: "Verfasserkennung  ",
  instanceId: "Verfasserinstanzkennung",
  component: "Komponente",
  name: "Name",
  logicalPath: "Logischer Pfad",
  fullPath: "Vollständiger Pfad",
  caption: "Beschriftung",
  type: "Typ",
  selectable: "Auswählbar: WAHR",
  volumesAffected: "Von dieser Komponente betroffene Volumes",
  shadowCopy: "Schattenkopiekennung",
  shadowSet: "Schattenkopiesatz",
  count: "Ursprüngliche Anzahl der Schattenkopien",
  originalVolume: "Name des ursprünglichen Volumes",
  created: "Erstellungszeit",
  device: "Name des Schattenkopiegeräts",
  originating: "Ursprünglicher Computer",
  service: "Dienstcomputer",
  notExposed: "Nicht verfügbar gemacht",
  provider: "Anbieterkennung",
  attributes: "Attribute",
  listed: "Anzahl der aufgelisteten Schattenkopien",
  none: "Im System wurden keine Schattenkopien gefunden.",
  querying: "Alle Schattenkopien mit der Schattenkopiesatz-Kennung werden abgefragt:",
  aliasSet: (alias, id) =>
    `Der Alias ${alias} für die Schattenkennung ${id} ist als Umgebungsvariable festgelegt.`,
  deleted: (id) => `Schattenkopie ${id} wird gelöscht ...`,
  failedCall: "Fehler beim letzten Vorgang.",
  failedWriter: "Der Verfasser hat einen Fehlerstatus",
  unknownCommand: (line) => `Fehler: Der Befehl "${line}" ist unbekannt, oder seine Argumente sind falsch.`,
  captions: {
    guest: "Online",
    still: "Offline",
    classicGuest: "Sicherung mithilfe eines Snapshots der untergeordneten Partition",
    classicSaved: "Sicherung mithilfe des gespeicherten Zustands",
    other: "Geschützt",
  },
};

/** The words of a host. */
export function wordsOf(host: { readonly os: { readonly [field: string]: unknown } }): VssWords {
  return host.os["language"] === "de" ? GERMAN : ENGLISH;
}
