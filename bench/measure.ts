import { spawnSync } from "node:child_process";

/** What one whole process cost. */
export interface Cost {
  readonly seconds: number;
  readonly cpuSeconds: number;
  /** Peak resident memory of the largest process. */
  readonly peakBytes: number;
}

/** Runs a program to its end under GNU time and gives what it cost; its failure is ours. */
export function measure(
  program: string,
  args: readonly string[],
  options: { readonly environment?: Readonly<Record<string, string>>; readonly cwd?: string } = {},
): Cost & { readonly output: string } {
  const form = "STILLPOINT-TIME %e %U %S %M";
  const done = spawnSync("/usr/bin/time", ["-f", form, program, ...args], {
    encoding: "utf8",
    maxBuffer: 1 << 28,
    env: { ...process.env, ...options.environment },
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  });
  const found = /STILLPOINT-TIME ([\d.]+) ([\d.]+) ([\d.]+) (\d+)/.exec(done.stderr ?? "");
  if (done.status !== 0 || found === null) {
    throw new Error(
      `${program} ${args.join(" ")} ended with ${done.status}: ${done.stderr}${done.error ?? ""}`,
    );
  }
  const [wall, user, system, kib] = found.slice(1).map(Number) as [number, number, number, number];
  return { seconds: wall, cpuSeconds: user + system, peakBytes: kib * 1024, output: done.stdout };
}

/** The first line that a program says of its version, or nothing where it is not installed. */
export function installedVersion(program: string, args: readonly string[]): string | undefined {
  const done = spawnSync(program, args, { encoding: "utf8" });
  return done.status === 0 ? done.stdout.split("\n")[0] : undefined;
}
