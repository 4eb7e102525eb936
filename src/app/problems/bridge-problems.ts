import type { Problem } from "./problem.ts";
import { row } from "./row.ts";

/** What can go wrong between Stillpoint and the management of the Windows Server that it runs on. */
export const BRIDGE_PROBLEMS: Readonly<Record<string, Problem>> = {
  "host-bridge-missing": row(1, [
    "Windows PowerShell is not there.",
    "Use `local` on a Windows Server only, where Windows PowerShell 5.1 is part of the system; reach other hosts with winrm://USER@NAME.",
    "Windows PowerShell ist nicht vorhanden.",
    "Verwenden Sie `local` nur auf einem Windows Server, wo Windows PowerShell 5.1 zum System gehört; erreichen Sie andere Hosts mit winrm://USER@NAME.",
  ]),
  "host-bridge-failed": row(1, [
    "Windows PowerShell ended, stayed silent or failed before it was ready.",
    "Read what it said in the message. Often a group policy allows only signed scripts, or an antivirus program blocks bridge.ps1 in Stillpoint's folder: allow that file, or reach the host with winrm://USER@localhost.",
    "Windows PowerShell endete, blieb stumm oder scheiterte, bevor es bereit war.",
    "Lesen Sie in der Meldung, was es gesagt hat. Oft erlaubt eine Gruppenrichtlinie nur signierte Skripte, oder ein Virenschutz sperrt bridge.ps1 im Ordner von Stillpoint: Geben Sie diese Datei frei, oder erreichen Sie den Host mit winrm://USER@localhost.",
  ]),
  "host-bridge-restricted": row(1, [
    "An application control policy lets Windows PowerShell run in a restricted language mode only.",
    "Allow bridge.ps1 in Stillpoint's folder in AppLocker or Windows Defender Application Control, or reach the host with winrm://USER@localhost.",
    "Eine Richtlinie zur Anwendungssteuerung lässt Windows PowerShell nur in einem eingeschränkten Sprachmodus laufen.",
    "Geben Sie bridge.ps1 im Ordner von Stillpoint in AppLocker oder Windows Defender Application Control frei, oder erreichen Sie den Host mit winrm://USER@localhost.",
  ]),
  "host-bridge-mismatch": row(1, [
    "The script in Stillpoint's folder is of another version, or what runs it is not Windows PowerShell 5.1.",
    "Install Stillpoint again as a whole.",
    "Das Skript im Ordner von Stillpoint hat eine andere Version, oder was es ausführt, ist nicht Windows PowerShell 5.1.",
    "Installieren Sie Stillpoint vollständig neu.",
  ]),
  "host-bridge-garbled": row(1, [
    "Windows PowerShell said something that is no answer.",
    "Try again; when it stays, find out what writes into its output (a policy's start script, a monitoring agent) and report it with the message.",
    "Windows PowerShell hat etwas gesagt, das keine Antwort ist.",
    "Versuchen Sie es erneut; bleibt es dabei, stellen Sie fest, was in seine Ausgabe schreibt (ein Startskript einer Richtlinie, ein Überwachungsagent), und melden Sie es mit dem Wortlaut der Meldung.",
  ]),
  "host-bridge-overlong": row(1, [
    "An answer of the host's management is longer than Stillpoint takes.",
    "Report it with the message.",
    "Eine Antwort der Verwaltung des Hosts ist länger, als Stillpoint annimmt.",
    "Melden Sie es mit dem Wortlaut der Meldung.",
  ]),
  "host-bridge-denied": row(1, [
    "This account may not use the host's management.",
    "Run Stillpoint elevated, as an administrator or as a member of Hyper-V Administrators.",
    "Dieses Konto darf die Verwaltung des Hosts nicht benutzen.",
    "Führen Sie Stillpoint mit erhöhten Rechten aus, als Administrator oder als Mitglied der Hyper-V-Administratoren.",
  ]),
};
