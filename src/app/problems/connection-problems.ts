import type { Problem } from "./problem.ts";
import { row } from "./row.ts";

/** Errors of the way to a host: its address, its account, its certificate, where its drives are readable. */
export const CONNECTION_PROBLEMS: Readonly<Record<string, Problem>> = {
  "host-not-hyperv": row(1, [
    "The host is a folder of files, and what was asked for needs Hyper-V.",
    "Name the Windows Server itself: local, winrm://USER@NAME or winrms://USER@NAME.",
    "Der Host ist ein Ordner mit Dateien; was verlangt wurde, braucht Hyper-V.",
    "Nennen Sie den Windows Server selbst: local, winrm://USER@NAME oder winrms://USER@NAME.",
  ]),
  "local-host-not-windows": row(1, [
    '"local" is the Windows Server that this program runs on, and this is another system.',
    "Reach the Windows Server over the network with winrm://USER@NAME or winrms://USER@NAME, or run Stillpoint on it.",
    '"local" ist der Windows Server, auf dem dieses Programm läuft; dies ist ein anderes System.',
    "Erreichen Sie den Windows Server über das Netz mit winrm://USER@NAME oder winrms://USER@NAME, oder führen Sie Stillpoint auf ihm aus.",
  ]),
  "host-certificate-unusable": row(1, [
    "What --host-certificate names is neither a SHA-256 fingerprint nor a readable PEM file.",
    "Give the 64 hexadecimal digits of the host's certificate (colons are fine), or a PEM file of the authority that issued it.",
    "Die Angabe bei --host-certificate ist weder ein SHA-256-Fingerabdruck noch eine lesbare PEM-Datei.",
    "Geben Sie die 64 Hexadezimalziffern des Zertifikats an (auch mit Doppelpunkten) oder eine PEM-Datei der ausstellenden Zertifizierungsstelle.",
  ]),
  "path-map-unusable": row(1, [
    "The file of --path-map cannot be read, or does not say where drives are.",
    'Repair the field that the message names; the file looks like {"drives":{"D":"/mnt/hv01-d"}}, with folders of this machine.',
    "Die Datei von --path-map ist nicht lesbar oder sagt nicht, wo Laufwerke liegen.",
    'Berichtigen Sie das genannte Feld; die Datei sieht aus wie {"drives":{"D":"/mnt/hv01-d"}}, mit Ordnern dieses Rechners.',
  ]),
};
