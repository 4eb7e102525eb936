// Looks for faults for as long as it is told: kills, schedules, reorderings, flips, and lives of made-up vaults.
//
//   npm run soak [-- --minutes 60] [--seed N] [--only KIND] [--rounds N] [--report FILE]
//
// Each round has a seed of its own. One that fails is printed with the command that does it again; then the soak goes on with
// the next, and ends with exit code 1. It writes into one temporary folder, which is gone at the end. With --report FILE what was
// done is written there too, as a page of Markdown.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { enableCompileCache } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect, parseArgs } from "node:util";
import type { SoakKind } from "./soak-kind.ts";
import { SOAK_KINDS } from "./soak-kinds.ts";
import { soakPage } from "./soak-page.ts";
import { SoakReport } from "./soak-report.ts";

const PROGRESS_MS = 30_000;

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "60" },
    seed: { type: "string" },
    only: { type: "string" },
    rounds: { type: "string", default: String(Number.MAX_SAFE_INTEGER) },
    report: { type: "string" },
  },
});
const kinds = SOAK_KINDS.filter(({ name }) => values.only === undefined || name === values.only);
if (kinds.length === 0)
  throw new Error(`no such kind; there are ${SOAK_KINDS.map(({ name }) => name).join(", ")}`);
const firstSeed = Number(values.seed ?? Date.now() % 1_000_000_000);
const root = mkdtempSync(join(tmpdir(), "stillpoint-soak-"));
const compiled = mkdtempSync(join(tmpdir(), "stillpoint-soak-compiled-"));
process.env["TMPDIR"] = root; // of everything that the rounds start too
process.env["NODE_COMPILE_CACHE"] = compiled; // programs and threads that are started by the thousand
enableCompileCache(compiled);
for (const signal of ["SIGINT", "SIGTERM"] as const)
  process.once(signal, () => {
    cleanUp();
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
  cleanUp();
}
console.log(report.table());
if (values.report !== undefined)
  writeFileSync(values.report, soakPage(report, { command: commandLine(), firstSeed }));
process.exitCode = report.failures.length === 0 ? 0 : 1;

function cleanUp(): void {
  for (const folder of [root, compiled]) rmSync(folder, { recursive: true, force: true });
}

/** As somebody typed it. */
function commandLine(): string {
  return ["npm run soak --", ...process.argv.slice(2)].join(" ");
}

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
