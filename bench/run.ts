// Full backup, a day's increment, the same again unchanged, and a restore: Stillpoint beside restic, on the same files, in one run.
//
//   npm run bench [-- --workload DIR] [--machines 3] [--mib 400] [--rounds 3]
//
// DIR is a folder of machines (each with its virtual disks); without it one is made. Ratios of medians are printed; times of single
// runs on a shared machine say little.
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir, totalmem } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type Cost, measure } from "./measure.ts";
import { changeWorkload, makeWorkload } from "./workload.ts";

const PASSPHRASE = "correct horse battery staple";
const MIB = 1 << 20;
const program = join(import.meta.dirname, "../bin/stillpoint");

const { values } = parseArgs({
  options: {
    workload: { type: "string" },
    machines: { type: "string", default: "3" },
    mib: { type: "string", default: "400" },
    rounds: { type: "string", default: "3" },
  },
});
const size = { machines: Number(values.machines), mibEach: Number(values.mib) };

type Step = "full" | "again" | "changed" | "verify" | "restore";
const STEPS: readonly Step[] = ["full", "again", "changed", "verify", "restore"];

/** One program's way through the steps. */
interface Contender {
  readonly name: string;
  setUp(scratch: string): void;
  run(step: Step, scratch: string, source: string): Cost;
  storedMib(scratch: string): number;
}

const stillpoint: Contender = {
  name: "stillpoint",
  setUp: (scratch) => {
    writeFileSync(join(scratch, "secret"), PASSPHRASE);
    measure(program, [
      "vault",
      "init",
      "--vault",
      join(scratch, "vault"),
      "--passphrase-file",
      join(scratch, "secret"),
      "--json",
    ]);
  },
  run: (step, scratch, source) => {
    const vault = ["--vault", join(scratch, "vault"), "--passphrase-file", join(scratch, "secret"), "--json"];
    const environment = { STILLPOINT_STATE_DIR: join(scratch, "state") };
    if (step === "verify") return measure(program, ["verify", "--read-data", ...vault], { environment });
    if (step !== "restore")
      return measure(program, ["backup", "--host", `folder:${source}`, "--all", ...vault], { environment });
    return machinesOf(source)
      .map((name) =>
        measure(
          program,
          [
            "restore",
            `latest:${name}`,
            "--exact",
            "--to-folder",
            join(scratch, "out"),
            "--overwrite",
            ...vault,
          ],
          { environment },
        ),
      )
      .reduce<Cost>(together, { seconds: 0, cpuSeconds: 0, peakMib: 0 });
  },
  storedMib: (scratch) => folderMib(join(scratch, "vault")),
};

const restic: Contender = {
  name: "restic",
  setUp: (scratch) =>
    void measure("restic", ["init", "--quiet", "--repository-version", "2"], {
      environment: resticEnvironment(scratch),
    }),
  run: (step, scratch, source) => {
    const options = { environment: resticEnvironment(scratch), cwd: source };
    if (step === "verify") return measure("restic", ["check", "--read-data", "--quiet"], options);
    if (step === "restore")
      return measure("restic", ["restore", "latest", "--quiet", "--target", join(scratch, "out")], options);
    return measure("restic", ["backup", "--quiet", "--force", "."], options);
  },
  storedMib: (scratch) => folderMib(join(scratch, "restic")),
};

function resticEnvironment(scratch: string): Record<string, string> {
  return {
    RESTIC_REPOSITORY: join(scratch, "restic"),
    RESTIC_PASSWORD: PASSPHRASE,
    RESTIC_CACHE_DIR: join(scratch, "cache"),
  };
}

function machinesOf(source: string): string[] {
  return spawnSync("ls", [source], { encoding: "utf8" })
    .stdout.split("\n")
    .filter((name) => name !== "");
}

function together(a: Cost, b: Cost): Cost {
  return {
    seconds: a.seconds + b.seconds,
    cpuSeconds: a.cpuSeconds + b.cpuSeconds,
    peakMib: Math.max(a.peakMib, b.peakMib),
  };
}

function folderMib(folder: string): number {
  return Number(spawnSync("du", ["-sb", folder], { encoding: "utf8" }).stdout.split("\t")[0]) / MIB;
}

function restored(source: string, out: string): boolean {
  return spawnSync("diff", ["-r", "-q", source, out]).status === 0;
}

function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] as number;
}

const scratchRoot = mkdtempSync(join(tmpdir(), "stillpoint-bench-"));
const results = new Map<string, Cost[]>();
const stored = new Map<string, number>();
try {
  const original = values.workload ?? join(scratchRoot, "workload");
  if (values.workload === undefined) await makeWorkload(original, size);
  const sourceMib = folderMib(original);
  for (let round = 0; round < Number(values.rounds); round++) {
    for (const contender of round % 2 === 0 ? [stillpoint, restic] : [restic, stillpoint]) {
      const scratch = mkdtempSync(join(scratchRoot, "round-"));
      const source = values.workload ?? join(scratch, "source");
      if (values.workload === undefined) cpSync(original, source, { recursive: true });
      contender.setUp(scratch);
      for (const step of STEPS) {
        if (step === "changed" && values.workload === undefined) await changeWorkload(source, size);
        const cost = contender.run(step, scratch, source);
        const key = `${contender.name} ${step}`;
        results.set(key, [...(results.get(key) ?? []), cost]);
        if (step === "full" || step === "changed") stored.set(key, contender.storedMib(scratch));
      }
      if (!restored(source, join(scratch, "out")))
        throw new Error(`${contender.name} did not restore what it backed up`);
      rmSync(scratch, { recursive: true });
    }
  }
  print(sourceMib);
} finally {
  rmSync(scratchRoot, { recursive: true, force: true });
}

function print(sourceMib: number): void {
  console.log(
    `${cpus().length} x ${cpus()[0]?.model}, ${Math.round(totalmem() / 2 ** 30)} GiB; source ${sourceMib.toFixed(0)} MiB; medians of ${values.rounds} rounds, restores compared`,
  );
  console.log("step      program      wall s   MB/s   CPU s  peak MiB  stored MiB   wall / restic");
  for (const step of STEPS) {
    const base = median((results.get(`restic ${step}`) ?? []).map((cost) => cost.seconds));
    for (const { name } of [stillpoint, restic]) {
      const costs = results.get(`${name} ${step}`) ?? [];
      const wall = median(costs.map((cost) => cost.seconds));
      const columns = [
        step.padEnd(9),
        name.padEnd(11),
        wall.toFixed(2).padStart(7),
        ((sourceMib * 1.048576) / wall).toFixed(0).padStart(6),
        median(costs.map((cost) => cost.cpuSeconds))
          .toFixed(2)
          .padStart(7),
        median(costs.map((cost) => cost.peakMib))
          .toFixed(0)
          .padStart(9),
        (stored.get(`${name} ${step}`)?.toFixed(0) ?? "").padStart(11),
        (wall / base).toFixed(2).padStart(15),
      ];
      console.log(columns.join(" "));
    }
  }
}
