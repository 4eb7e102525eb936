import { execFileSync } from "node:child_process";
import { cpus, totalmem } from "node:os";
import type { SoakReport } from "./soak-report.ts";

/** What a soak did, as a page of Markdown. */
export function soakPage(
  report: SoakReport,
  run: { readonly command: string; readonly firstSeed: number },
): string {
  const { rows, failures } = report;
  const seconds = rows.reduce((sum, row) => sum + row.seconds, 0);
  const rounds = rows.reduce((sum, row) => sum + row.rounds, 0);
  const failed = rows.reduce((sum, row) => sum + row.failed, 0);
  const kills = rows.reduce((sum, { counts }) => sum + (counts.get("kills") ?? 0), 0);
  const states = rows.reduce((sum, { counts }) => sum + (counts.get("crash states") ?? 0), 0);
  const lines = rows.map(
    (row) =>
      `| ${row.kind} | ${row.rounds} | ${row.seconds} | ${[...row.counts].map(([what, count]) => `${count} ${what}`).join(", ")} | ${row.failed} |`,
  );
  return `# The last soak

<!-- made by: npm run soak -- --report docs/soak.md -->

\`${run.command}\`, first seed ${run.firstSeed}, of the tree ${treeHash()}, ended ${new Date().toISOString().slice(0, 16)} UTC on ${machine()}.
${kills} processes were killed with SIGKILL, and ${states} states were looked at that crashes can leave. ${verdictOf(failed)}

| kind | rounds | seconds | looked at | failed |
| --- | ---: | ---: | --- | ---: |
${lines.join("\n")}
| together | ${rounds} | ${seconds} | | ${failed} |
${failures.length === 0 ? "" : `\nEach of these does a failed round again:\n\n${failures.map((line) => `    ${line}`).join("\n")}\n`}
## What the kinds are

- *Kills of the program*: \`stillpoint\` itself on a vault in a folder, killed at a drawn moment of a backup, prune, repair, copy or rotation of the passphrase; then \`verify --read-data\`, and restores that are compared.
- *Kills at storage calls*: a process that kills itself before, during or behind a drawn change that it makes in a vault with sidecars; also as a host that may only add, and while damage is written down. What the killed leave piles up.
- *Schedules*, *schedules of repairs*: programs on one vault whose storage calls come in an order that a seed decides, their clocks years apart; some are killed, some sessions are ended by prunes. In the second kind the vault is damaged.
- *Reorderings*: recorded storage calls of each operation, cut off anywhere; those that are on their way together in every subset up to three, of more 200 drawn ones.
- *Flips*: one bit of an object is another; every bit of headers, frame heads, tags, footers, trailers, slots and the config, and one of every other byte. \`verify\` finds it, nothing wrong is restored, a prune launders nothing, and what a sidecar covers is mended.
- *Lives*: programs on a store that times out, drops calls, halves objects, refuses deletes, fills up, lists late or incompletely.
`;
}

function verdictOf(failed: number): string {
  return failed === 0 ? "Nothing failed." : `${failed} rounds failed.`;
}

function treeHash(): string {
  try {
    const git = (...args: readonly string[]): string =>
      execFileSync("git", args, { encoding: "utf8", cwd: import.meta.dirname }).trim();
    const changed = git("status", "--porcelain", "--untracked-files=no") === "" ? "" : ", changed";
    return `\`${git("rev-parse", "HEAD^{tree}").slice(0, 12)}\`${changed}`;
  } catch {
    return "of no repository";
  }
}

function machine(): string {
  const model = cpus()[0]?.model ?? "unknown processor";
  return `${cpus().length} × ${model.replace(/ \d+-Core Processor| Processor/, "")}, ${Math.round(totalmem() / 1024 ** 3)} GiB, Node ${process.version}`;
}
