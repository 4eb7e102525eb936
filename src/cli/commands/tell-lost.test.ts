import assert from "node:assert/strict";
import { test } from "node:test";
import { tellLost } from "./tell-lost.ts";

type Surface = Parameters<typeof tellLost>[1];
type Lost = Parameters<typeof tellLost>[0];

const LOST = [
  {
    id: "0123456789abcdef0123456789abcdef",
    time: "2026-01-02T03:04:05.678Z",
    machine: { id: "7b1f0d6e-3c50-4b0c-9c67-0f5e1d2a3b4c", name: "web01" },
    isInTrash: true,
    files: [
      {
        path: "D:\\M\\web01.vhdx",
        role: "disk",
        disk: { controller: "scsi", number: 0, location: 1 },
        lostBytes: 4 * 65_536,
        mayHealBytes: 65_536,
        ranges: [0, 1, 2, 3].map((i) => ({ offset: i * 1_048_576, length: 65_536, mayHeal: i === 0 })),
        rangeCount: 4,
      },
      {
        path: "D:\\M\\web01.vmcx",
        role: "configuration",
        lostBytes: 512,
        mayHealBytes: 0,
        ranges: [{ offset: 0, length: 512, mayHeal: false }],
        rangeCount: 1,
      },
    ],
    lostBytes: 4 * 65_536 + 512,
    mayHealBytes: 65_536,
    wasPerhapsNeverPromised: true,
  },
  {
    id: "fedcba9876543210fedcba9876543210",
    time: "2026-01-03T00:00:00Z",
    isUnreadable: true,
    isInTrash: false,
    files: [],
    lostBytes: 0,
    mayHealBytes: 0,
  },
] as unknown as Lost;

function told(lost: Lost, spoken: "en" | "de"): readonly string[] {
  const lines: string[] = [];
  const paint = { good: (text: string) => text, bad: (text: string) => text };
  tellLost(
    lost,
    { output: { say: (line: string) => lines.push(line) }, paint } as unknown as Surface,
    spoken,
  );
  return lines;
}

test("`tellLost()` names restore point, machine, file, disk and bytes, in English and in German", () => {
  assert.deepEqual(told(LOST, "en"), [
    "lost 0123456789ab of web01, 2026-01-02T03:04:05Z, in the trash: 257 KiB are lost",
    "  D:\\M\\web01.vhdx, disk scsi 0:1: 256 KiB in 4 ranges (64.0 KiB at 0, 64.0 KiB at 1048576, 64.0 KiB at 2097152, …)",
    "  D:\\M\\web01.vmcx: 512 B in 1 range (512 B at 0)",
    "  64.0 KiB come back when the next backup still finds them",
    "  perhaps it was never finished: its run was ended while it was being stored",
    "lost fedcba987654 of a machine that cannot be told, 2026-01-03T00:00:00Z: it cannot be read at all",
    "what stays lost goes with stillpoint prune --remove ID --trash-days 0 --execute",
  ]);
  assert.deepEqual(told(LOST, "de"), [
    "verloren 0123456789ab von web01, 2026-01-02T03:04:05Z, im Papierkorb: 257 KiB sind verloren",
    "  D:\\M\\web01.vhdx, Platte scsi 0:1: 256 KiB in 4 Bereichen (64.0 KiB ab 0, 64.0 KiB ab 1048576, 64.0 KiB ab 2097152, …)",
    "  D:\\M\\web01.vmcx: 512 B in 1 Bereich (512 B ab 0)",
    "  64.0 KiB kommen zurück, wenn die nächste Sicherung sie noch vorfindet",
    "  vielleicht wurde er nie fertig: sein Lauf wurde beendet, während er gespeichert wurde",
    "verloren fedcba987654 einer unbekannten Maschine, 2026-01-03T00:00:00Z: er lässt sich gar nicht mehr lesen",
    "Was verloren bleibt, entfernen Sie mit stillpoint prune --remove ID --trash-days 0 --execute",
  ]);
});

test("`tellLost()` says when nothing is lost", () => {
  assert.deepEqual(told([], "en"), ["no restore point lacks anything"]);
  assert.deepEqual(told([], "de"), ["keinem Wiederherstellungspunkt fehlt etwas"]);
});
