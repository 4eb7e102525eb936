// How memory and times grow with the vault: indexes of 10 GiB to 100 TiB, and a hundred thousand restore points.
//
//   npm run growth [-- --to 100TiB] [--marks-to 1TiB] [--points 100000] [--scratch DIR] [--write]
//
// Each step is a process. 100 TiB take 21 GB in DIR for a while; what is in DIR from before is used again and stays. Marking everything
// takes 5 to 20 µs a chunk, so it is measured up to 1 TiB (one to five minutes) unless `--marks-to` says otherwise; 100 TiB would be hours,
// and 25 GB more in DIR. With `--write` measured.json, docs/growth.md and docs/growth.svg are made anew: sizes that are not measured this
// time keep their figures, with the day of those. `--points 0` leaves the restore points out.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus, tmpdir, totalmem } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { growthPage } from "./growth-page.ts";
import { growthPicture } from "./growth-picture.ts";
import { makeVault } from "./make-vault.ts";
import {
  type Cost,
  type Measured,
  mergeMeasured,
  type PointsMeasured,
  readMeasured,
  writeMeasured,
} from "./measured.ts";
import { sizeName } from "./size-name.ts";
import { SyntheticIndex } from "./synthetic-index.ts";

/** A vault of so many GiB has its index in memory. */
const IN_MEMORY = 20;
const SIZES = [10, 100, 1024, 10 * 1024, 100 * 1024];
const HERE = import.meta.dirname;

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      to: { type: "string", default: "100TiB" },
      "marks-to": { type: "string", default: "1TiB" },
      points: { type: "string", default: "100000" },
      scratch: { type: "string" },
      write: { type: "boolean", default: false },
    },
  });
  const scratch = values.scratch ?? mkdtempSync(join(tmpdir(), "stillpoint-growth-"));
  mkdirSync(scratch, { recursive: true });
  try {
    const most = gibibytesOf(values.to);
    const before = readMeasured();
    const marksTo = gibibytesOf(values["marks-to"]);
    const rows: Omit<Measured, "smallestMiB">[] = [];
    for (const gibibytes of SIZES.filter((size) => size <= most))
      rows.push(await measure(gibibytes, scratch, marksTo));
    const smallestMiB = rows[0]?.session.rssMiB ?? 0;
    const now = rows.map((row) => ({ ...row, smallestMiB }));
    const count = Number(values.points);
    const all = {
      machine: `${availableParallelism()} × ${cpus()[0]?.model ?? "?"}, ${Math.round(totalmem() / 2 ** 30)} GiB`,
      sizes: mergeMeasured(before.sizes, now),
      points: count === 0 ? before.points : measurePoints(count, scratch),
    };
    const page = growthPage(all);
    process.stdout.write(page);
    if (values.write) {
      writeMeasured(all);
      writeFileSync(join(HERE, "../../docs/growth.md"), page);
      writeFileSync(join(HERE, "../../docs/growth.svg"), growthPicture(all.sizes));
    }
  } finally {
    if (values.scratch === undefined) rmSync(scratch, { recursive: true, force: true });
  }
}

async function measure(
  gibibytes: number,
  scratch: string,
  marksTo: number,
): Promise<Omit<Measured, "smallestMiB">> {
  const folder = join(scratch, `${gibibytes}`);
  const index = new SyntheticIndex(gibibytes);
  process.stderr.write(`${sizeName(gibibytes)} …\n`);
  if (!existsSync(folder)) await makeVault(folder, index);
  const step = (name: string): unknown => child("measure.ts", [name, folder, `${gibibytes}`]);
  const isMadeFirst = index.isReal && gibibytes > IN_MEMORY;
  if (isMadeFirst) rmSync(join(folder, "index"), { recursive: true, force: true });
  const first = isMadeFirst ? (step("session") as Cost) : undefined;
  return {
    gibibytes,
    chunks: index.chunks,
    on: today(),
    kept: gibibytes <= IN_MEMORY ? "in memory" : "in runs",
    first,
    session: step("session") as Cost,
    backup: step("backup") as Cost,
    plan: step("plan") as Cost,
    marks: gibibytes > marksTo ? undefined : (child("measure-marks.ts", [folder, `${gibibytes}`]) as Cost),
    repair: index.isReal ? (step("repair") as Cost) : undefined,
    lookUp: index.isReal ? undefined : (step("look-up") as NonNullable<Measured["lookUp"]>),
  };
}

function measurePoints(count: number, scratch: string): PointsMeasured {
  const path = join(scratch, `points-${count}`);
  process.stderr.write(`${count} restore points …\n`);
  if (!existsSync(`${path}.table`)) child("measure-points.ts", ["make", path, `${count}`]);
  const step = (name: string): Cost => child("measure-points.ts", [name, path]) as Cost;
  return {
    count,
    on: today(),
    session: step("session"),
    latest: step("latest"),
    previous: step("previous"),
    machine: step("machine"),
  };
}

function child(script: string, args: readonly string[]): unknown {
  const done = spawnSync(process.execPath, [join(HERE, script), ...args], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });
  if (done.status !== 0) throw new Error(`${script} ${args.join(" ")} ended with ${done.status}`);
  return done.stdout === "" ? undefined : (JSON.parse(done.stdout) as unknown);
}

function gibibytesOf(text: string): number {
  const found = /^(\d+)(GiB|TiB)$/.exec(text);
  if (found === null) throw new TypeError(`"${text}" is no size such as 10GiB or 100TiB`);
  return Number(found[1]) * (found[2] === "TiB" ? 1024 : 1);
}

function today(): string {
  return Temporal.Now.plainDateISO("UTC").toString();
}
