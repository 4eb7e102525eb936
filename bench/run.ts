// Three days of machines, a verification and a restore: Stillpoint beside restic and borg, on the same files, in one run.
//
//   npm run bench [-- --workload DIR] [--machines 3] [--mib 400] [--rounds 3]
//
// DIR has `day1`, `day2` and `day3`, each with a folder a machine (`../shared/bench/make-workload.sh DIR medium`); without it
// smaller days are made. Each round runs every program once, in turns, each with a new repository; files are in the page cache.
// What is printed are medians and ratios of medians: times of single runs on a shared machine say little.
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { borg64 } from "./contenders/borg.ts";
import { type Contender, DAYS, type Day } from "./contenders/contender.ts";
import { restic } from "./contenders/restic.ts";
import { stillpoint } from "./contenders/stillpoint.ts";
import { Figures, type Round, type Step } from "./figures.ts";
import { folderBytes } from "./folder-bytes.ts";
import type { Cost } from "./measure.ts";
import { printFigures } from "./print-figures.ts";
import { changeWorkload, makeWorkload } from "./workload.ts";

const { values } = parseArgs({
  options: {
    workload: { type: "string" },
    machines: { type: "string", default: "3" },
    mib: { type: "string", default: "400" },
    rounds: { type: "string", default: "3" },
  },
});

const contenders = [stillpoint, restic, borg64].filter((contender) => contender.version() !== undefined);
const scratchRoot = mkdtempSync(join(tmpdir(), "stillpoint-bench-"));
try {
  const workload = values.workload ?? (await ownWorkload(join(scratchRoot, "workload")));
  const figures = new Figures();
  for (let round = 0; round < Number(values.rounds); round++) {
    const first = round % contenders.length;
    for (const contender of [...contenders.slice(first), ...contenders.slice(0, first)])
      figures.add(contender.name, runRound(contender, workload));
  }
  printFigures(figures, {
    contenders,
    rounds: Number(values.rounds),
    sourceBytes: folderBytes(join(workload, "day1")),
  });
} finally {
  rmSync(scratchRoot, { recursive: true, force: true });
}

function runRound(contender: Contender, workload: string): Round {
  const scratch = mkdtempSync(join(scratchRoot, "round-"));
  const costs = new Map<Step, Cost>();
  const stored = new Map<Day, number>();
  contender.setUp(scratch);
  for (const day of DAYS) {
    const source = join(workload, day);
    warm(source);
    costs.set(day, contender.backUp(day, source, scratch));
    stored.set(day, contender.storedBytes(scratch));
  }
  settle();
  const verified = contender.verify(scratch);
  costs.set("verify", verified);
  const out = join(scratch, "out");
  mkdirSync(out);
  settle();
  costs.set("restore", contender.restore(join(workload, "day3"), out, scratch));
  if (spawnSync("diff", ["-r", "-q", join(workload, "day3"), out]).status !== 0)
    throw new Error(`${contender.name} did not restore what it backed up`);
  rmSync(scratch, { recursive: true });
  return { costs, stored, chunks: verified.chunks };
}

/** Nobody pays for what another one wrote. */
function settle(): void {
  spawnSync("sync");
}

function warm(folder: string): void {
  settle();
  spawnSync("sh", ["-c", 'find "$1" -type f -exec cat {} + >/dev/null', "sh", folder]);
}

async function ownWorkload(folder: string): Promise<string> {
  const size = { machines: Number(values.machines), mibEach: Number(values.mib) };
  await makeWorkload(join(folder, DAYS[0]), size);
  for (const [at, day] of DAYS.entries()) {
    const before = DAYS[at - 1];
    if (before === undefined) continue;
    cpSync(join(folder, before), join(folder, day), { recursive: true });
    await changeWorkload(join(folder, day), { ...size, seed: at });
  }
  return folder;
}
