import type { Problem } from "./problem.ts";
import { row } from "./row.ts";

/** Errors of distant stores, beside those that a folder has too. */
export const STORAGE_PROBLEMS: Readonly<Record<string, Problem>> = {
  "storage-unreachable": row(1, [
    "The store does not answer, or is too busy; the call was tried several times.",
    "Check the address, the network and the store's state, then run again: what is stored already is used.",
    "Der Speicher antwortet nicht oder ist überlastet; es wurde mehrmals versucht.",
    "Prüfen Sie Adresse, Netzwerk und Zustand des Speichers und starten Sie erneut: bereits Gespeichertes wird weiterverwendet.",
  ]),
  "storage-untrusted": row(1, [
    "The store's certificate is not trusted, or its SSH host key is another than the address names.",
    "Make the system trust the certificate's authority, or name that in NODE_EXTRA_CA_CERTS. Compare a host key on the server itself before you change the address: somebody may be in between.",
    "Dem Zertifikat des Speichers wird nicht vertraut, oder sein SSH-Hostschlüssel ist ein anderer als der in der Adresse.",
    "Lassen Sie das System der Zertifizierungsstelle vertrauen oder nennen Sie diese in NODE_EXTRA_CA_CERTS. Vergleichen Sie einen Hostschlüssel auf dem Server selbst, bevor Sie die Adresse ändern: es könnte jemand dazwischen sitzen.",
  ]),
  "storage-clock-wrong": row(1, [
    "The clocks of this machine and of the store are too far apart for signed requests.",
    "Set this machine's clock; it should follow a time server.",
    "Die Uhren dieses Rechners und des Speichers gehen für signierte Anfragen zu weit auseinander.",
    "Stellen Sie die Uhr dieses Rechners; sie sollte einem Zeitserver folgen.",
  ]),
  "storage-region-wrong": row(1, [
    "The bucket is in another region than the one that requests are signed for.",
    "Add the bucket's region to the address: s3://ENDPOINT/BUCKET/PREFIX?region=NAME.",
    "Der Bucket liegt in einer anderen Region als der, für die die Anfragen signiert sind.",
    "Ergänzen Sie in der Adresse die Region des Buckets: s3://ENDPUNKT/BUCKET/PFAD?region=NAME.",
  ]),
  "storage-object-too-large": row(1, [
    "An object has more bytes than the store takes at once.",
    "The store limits its objects; a vault needs 16 MiB at least. Raise the limit, or take another store.",
    "Ein Objekt hat mehr Bytes, als der Speicher auf einmal annimmt.",
    "Der Speicher begrenzt die Größe von Objekten; ein Tresor braucht mindestens 16 MiB. Heben Sie die Grenze an oder wählen Sie einen anderen Speicher.",
  ]),
  "storage-unsuitable": row(1, [
    "The store lacks something that a vault relies on.",
    "The message names what is lacking; take another store, or mend this one.",
    "Dem Speicher fehlt etwas, worauf ein Tresor angewiesen ist.",
    "Die Meldung nennt, was fehlt; wählen Sie einen anderen Speicher oder beheben Sie den Mangel.",
  ]),
  "bandwidth-rule-invalid": row(2, [
    "The text of a bandwidth limit cannot be understood.",
    "Write it as 20Mbit, or by the time of day: 08:00-18:00=20Mbit,else=unlimited.",
    "Die Angabe der Bandbreite ist nicht verständlich.",
    "Schreiben Sie 20Mbit oder nach Tageszeit: 08:00-18:00=20Mbit,else=unlimited.",
  ]),
};
