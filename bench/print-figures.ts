import { cpus, totalmem } from "node:os";
import type { Contender } from "./contenders/contender.ts";
import { type Figures, STEPS, type Step } from "./figures.ts";
import { GATES } from "./gates.ts";

const MB = 1e6;

export interface PrintOptions {
  readonly contenders: readonly Contender[];
  readonly rounds: number;
  /** The first day's. */
  readonly sourceBytes: number;
}

/** Prints the figures and the gates as two tables in Markdown. */
export function printFigures(figures: Figures, options: PrintOptions): void {
  const { contenders, rounds, sourceBytes } = options;
  const machine = `${cpus().length} x ${cpus()[0]?.model}, ${Math.round(totalmem() / 2 ** 30)} GiB`;
  console.log(
    `${machine}; day 1 has ${inMb(sourceBytes)} MB; medians of ${rounds} rounds, restores compared`,
  );
  for (const contender of contenders)
    console.log(`- ${contender.name}: ${contender.version()}; ${contender.settings}`);
  console.log(
    "\n| step | program | wall s (fastest to slowest) | MB/s | CPU s | peak MB | stored MB | added MB |",
  );
  console.log("| --- | --- | --- | --- | --- | --- | --- | --- |");
  for (const step of STEPS)
    for (const { name } of contenders) console.log(row(figures, { step, name, sourceBytes }));
  console.log("\n| gate | limit | measured | |");
  console.log("| --- | --- | --- | --- |");
  for (const { name, limit, ...gate } of GATES) {
    const value = gate.measured(figures);
    const verdict = value === undefined ? "not measured" : value <= limit ? "kept" : "missed";
    console.log(`| ${name} | ${limit.toFixed(2)} | ${value?.toFixed(2) ?? "–"} | ${verdict} |`);
  }
}

function row(
  figures: Figures,
  { step, name, sourceBytes }: { readonly step: Step; readonly name: string; readonly sourceBytes: number },
): string {
  const cost = figures.cost(name, step);
  const range = figures.range(name, step);
  if (cost === undefined || range === undefined) return `| ${step} | ${name} | – | | | | | |`;
  const stores = step !== "verify" && step !== "restore";
  const columns = [
    step,
    name,
    `${cost.seconds.toFixed(1)} (${range[0].toFixed(1)} to ${range[1].toFixed(1)})`,
    (sourceBytes / MB / cost.seconds).toFixed(0),
    cost.cpuSeconds.toFixed(1),
    inMb(cost.peakBytes),
    stores ? inMb(figures.stored(name, step)) : "",
    stores ? inMb(figures.added(name, step)) : "",
  ];
  return `| ${columns.join(" | ")} |`;
}

function inMb(bytes: number | undefined): string {
  return bytes === undefined ? "–" : (bytes / MB).toFixed(0);
}
