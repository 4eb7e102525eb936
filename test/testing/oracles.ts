import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync, zstdDecompressSync } from "node:zlib";

const SAMPLES = process.env["STILLPOINT_SAMPLES"] ?? join(import.meta.dirname, "../../../shared/samples");
/** Where everything must be present, as in CI: what is missing then fails instead of being skipped. */
const ALL = process.env["STILLPOINT_ORACLES"] === "all";

/** Whether the folder of real files is there. */
export const hasSamples = existsSync(join(SAMPLES, "manifest.json"));

/** Test options: skipped with the reason when an external program (or `samples`) is missing. */
export function needs(...names: readonly string[]): { readonly skip: string | false } {
  const missing = names.filter((name) => (name === "samples" ? !hasSamples : !isInstalled(name)));
  if (missing.length === 0) return { skip: false };
  if (ALL) throw new Error(`These must be here, and are not: ${missing.join(", ")}`);
  return { skip: `needs ${missing.join(", ")}` };
}

function isInstalled(tool: string): boolean {
  return spawnSync("sh", ["-c", 'command -v "$1"', "sh", tool]).status === 0;
}

/** The sample's path, still compressed. */
export function samplePath(name: string): string {
  return join(SAMPLES, name);
}

/** The sample's bytes, decompressed. */
export function readSample(name: string): Uint8Array {
  const packed = readFileSync(samplePath(name));
  if (name.endsWith(".gz")) return gunzipSync(packed);
  if (name.endsWith(".zst")) return zstdDecompressSync(packed);
  return packed;
}

/** The independently computed facts, one entry a sample. */
export function manifest(): readonly Record<string, unknown>[] {
  return JSON.parse(readFileSync(join(SAMPLES, "manifest.json"), "utf8")) as Record<string, unknown>[];
}

/** Runs an external program and gives its standard output; throws with its error output when it fails. */
export function run(tool: string, args: readonly string[], options: { readonly cwd?: string } = {}): string {
  const done = spawnSync(tool, args, { encoding: "utf8", maxBuffer: 1 << 30, ...options });
  if (done.status !== 0)
    throw new Error(`${tool} ${args.join(" ")} gave ${done.status}: ${done.stderr}${done.error ?? ""}`);
  return done.stdout;
}
