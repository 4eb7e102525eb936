import { probeVaultPlace } from "../../app/index.ts";
import { COMMANDS, EXIT } from "../../contract/index.ts";
import type { Command } from "../command.ts";
import { amount } from "../output/index.ts";

type Report = Awaited<ReturnType<typeof probeVaultPlace>>;

export const vaultProbeCommand: Command = {
  contract: COMMANDS["vault probe"],
  emptySummary: { suitable: false },
  async run(input, surface) {
    const { output, paint, context } = surface;
    const report = await probeVaultPlace(input.argument, context);
    for (const finding of report.findings) {
      const { fault, ...what } = finding;
      output.line({
        type: "check",
        ...what,
        passed: fault === undefined,
        ...(fault !== undefined && { fault }),
      });
    }
    const verdict = ({ fault, needed }: Report["findings"][number]): string => {
      if (fault === undefined) return paint.good("yes");
      return needed ? paint.bad("no") : paint.warn("no");
    };
    output.table({
      columns: [{ title: "CHECK" }, { title: "PASSED" }, { title: "NEEDED" }, { title: "WHAT" }],
      rows: report.findings.map((finding) => [
        finding.name,
        verdict(finding),
        finding.needed ? "yes" : "no",
        finding.fault ?? finding.about,
      ]),
    });
    output.say("");
    for (const sentence of factSentences(report)) output.say(sentence);
    output.say(
      report.suitable
        ? paint.good(`A vault can live at ${report.location}`)
        : paint.bad(`No vault can live at ${report.location}`),
    );
    const { location, suitable, facts, figures, leftBehind } = report;
    return {
      exitCode: suitable ? EXIT.done : EXIT.failed,
      summary: { location, suitable, facts, figures, leftBehind },
    };
  },
};

function factSentences({ facts, figures, leftBehind }: Report): string[] {
  const { latencyMs, bytesPerSecond } = figures;
  const { versioning, objectLock } = facts;
  const sentences = [
    `A call takes: put ${latencyMs.put} ms, get ${latencyMs.get} ms, stat ${latencyMs.stat} ms, list ${latencyMs.list} ms`,
    `Four packs at once: ${amount(bytesPerSecond.put)}/s there, ${amount(bytesPerSecond.get)}/s back`,
  ];
  if (versioning === "on")
    sentences.push("Versions are kept: what is deleted takes room until a rule of the bucket removes it");
  if (objectLock?.possible) {
    const holds = { true: "was seen to hold", false: "did not hold", undefined: "was not tried" };
    const lock = objectLock.byDefault;
    const rule = lock === undefined ? "none by default" : `${lock.mode} for ${lock.days} days by default`;
    sentences.push(`Object lock: ${rule}; a lock ${holds[`${objectLock.holds}`]}`);
  }
  if (leftBehind > 0)
    sentences.push(`${leftBehind} objects of the probe could not be removed; no list of a vault shows them`);
  return sentences;
}
