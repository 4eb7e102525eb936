// Looks for faults for as long as it is told: kills, schedules, reorderings, flips, and lives of made-up vaults.
//
//   npm run soak [-- --minutes 60] [--seed N] [--only KIND] [--rounds N]
//
// Each round has a seed of its own. One that fails is printed with the command that does it again; then the soak goes on with
// the next, and ends with exit code 1. It writes into one temporary folder, which is gone at the end.
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect, parseArgs } from "node:util";
import type { SoakKind } from "./soak-kind.ts";
import { SOAK_KINDS } from "./soak-kinds.ts";
import { SoakReport } from "./soak-report.ts";

const PROGRESS_MS = 30_000;

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "60" },
    seed: { type: "string" },
    only: { type: "string" },
    rounds: { type: "string", default: String(Number.MAX_SAFE_INTEGER) },
  },
});
const kinds = SOAK_KINDS.filter(({ name }) => values.only === undefined || name === values.only);
if (kinds.length === 0)
  throw new Error(`no such kind; there are ${SOAK_KINDS.map(({ name }) => name).join(", ")}`);
const firstSeed = Number(values.seed ?? Date.now() % 1_000_000_000);
const root = mkdtempSync(join(tmpdir(), "stillpoint-soak-"));
process.env["TMPDIR"] = root; // of everything that the rounds start too
for (const signal of ["SIGINT", "SIGTERM"] as const)
  process.once(signal, () => {
    rmSync(root, { recursive: true, force: true });
    process.exit(signal === "SIGINT" ? 130 : 143);
  });

const report = new SoakReport(kinds);
const endMs = performance.now() + Number(values.minutes) * 60_000;
console.log(`soak of ${values.minutes} minutes, first seed ${firstSeed}`);
try {
  let progressMs = performance.now() + PROGRESS_MS;
  for (let round = 0; round < Number(values.rounds) && performance.now() < endMs; round++) {
    await runRound(report.next(), firstSeed);
    if (performance.now() < progressMs) continue;
    progressMs = performance.now() + PROGRESS_MS;
    console.log(report.line(endMs - performance.now()));
  }
} finally {
  rmSync(root, { recursive: true, force: true });
}
console.log(report.table());
process.exitCode = report.failures.length === 0 ? 0 : 1;

async function runRound(kind: SoakKind, firstSeed: number): Promise<void> {
  const seed = firstSeed + report.roundsOf(kind);
  const folder = join(root, "round");
  mkdirSync(folder);
  const began = performance.now();
  try {
    report.add(kind, await kind.round(seed, folder));
  } catch (error) {
    console.log(`FAILED ${kind.name}, seed ${seed}: ${inspect(error, { depth: 4 })}`);
    report.fail(kind, seed);
  } finally {
    report.spend(kind, performance.now() - began);
    rmSync(root, { recursive: true, force: true });
    mkdirSync(root);
  }
}
