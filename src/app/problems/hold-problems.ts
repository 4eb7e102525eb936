import type { Problem } from "./problem.ts";
import { row } from "./row.ts";

/** Errors of what a user asked of a hold, and of machines of a cluster. */
export const HOLD_PROBLEMS: Readonly<Record<string, Problem>> = {
  "method-not-possible": row(1, [
    "The method that was asked for does not exist on this host, so nothing was begun.",
    "Leave --method away: the best method of the host is used then. Recovery checkpoints came with Windows Server 2016; older hosts hold machines by shadow copies.",
    "Die verlangte Methode gibt es auf diesem Host nicht; es wurde nichts begonnen.",
    "Lassen Sie --method weg: Dann wird die beste Methode des Hosts verwendet. Wiederherstellungsprüfpunkte gibt es seit Windows Server 2016; ältere Hosts halten Maschinen mit Schattenkopien an.",
  ]),
  "memory-not-possible": row(1, [
    "The machine's memory was asked for, and no checkpoint with memory may or can be made of it; nothing was begun.",
    "Leave --memory away for this machine, or save the machine before the backup: the memory of a saved machine is always kept. The message says what stands in the way.",
    "Verlangt ist der Arbeitsspeicher der Maschine, und ein Prüfpunkt mit Arbeitsspeicher darf oder kann von ihr nicht angelegt werden; es wurde nichts begonnen.",
    "Lassen Sie --memory bei dieser Maschine weg, oder speichern Sie die Maschine vor der Sicherung: Der Arbeitsspeicher einer gespeicherten Maschine wird immer mitgesichert. Die Meldung nennt das Hindernis.",
  ]),
  "clustered-guest-not-saved": row(1, [
    "The machine belongs to a cluster, and its guest would have to be saved for the shadow copy, which this host's VSS writer cannot do there.",
    "Install or switch on the backup integration service in the guest, or switch the machine off for its backup; Windows Server 2012 R2 and later need no saving.",
    "Die Maschine gehört zu einem Cluster, und ihr Gast müsste für die Schattenkopie gespeichert werden, was der VSS-Writer dieses Hosts dort nicht kann.",
    "Richten Sie im Gast den Integrationsdienst für Sicherungen ein, oder schalten Sie die Maschine für ihre Sicherung aus; ab Windows Server 2012 R2 muss nichts gespeichert werden.",
  ]),
  "machine-on-other-node": row(1, [
    "The machine is on another node of the cluster.",
    "Back it up from the node that the message names, with --host for that node; a schedule for each node with --all follows machines wherever they go.",
    "Die Maschine ist auf einem anderen Knoten des Clusters.",
    "Sichern Sie sie von dem Knoten aus, den die Meldung nennt, mit --host für diesen Knoten; ein Zeitplan je Knoten mit --all folgt den Maschinen, wohin sie auch gehen.",
  ]),
};
