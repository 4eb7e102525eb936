import { StillpointError, throwIfInterrupted } from "../../base/index.ts";
import { CimFault, optionalTextOf } from "../../cim/index.ts";
import type { HostAccess } from "../capture/host-access.ts";
import { CLASS, CLUSTER } from "../cim-names.ts";
import type { MachineInventory } from "../inventory/machine-inventory.ts";
import { readMachines } from "../inventory/read-host.ts";
import type { WaitOptions } from "../machine-host.ts";
import type { Experiment, Findings, Probing } from "./experiment.ts";
import { EXPERIMENTS } from "./experiments.ts";
import { HarmlessSession } from "./harmless-session.ts";
import { Redactor } from "./redactor.ts";

/** What one experiment found. `refused`: the host said no, which may be the answer that was looked for. */
export interface ProbeAnswer {
  readonly experiment: string;
  readonly entries: readonly string[];
  readonly question: string;
  readonly outcome: "answered" | "refused";
  readonly findings: Findings;
  readonly milliseconds: number;
}

export interface ProbeOptions extends WaitOptions {
  /** Names, ids and paths as they are; pseudonyms are put in their place otherwise. */
  readonly plain?: true | undefined;
}

/**
 * Asks a host everything of docs/unconfirmed.md that can be asked without changing anything: queries, and methods that only
 * answer. No program is run, no file is opened or made.
 */
export async function probeHost(
  access: HostAccess,
  options: ProbeOptions = {},
): Promise<readonly ProbeAnswer[]> {
  const { signal } = options;
  const machines = await readMachines(access.session, { signal });
  const probing: Probing = { session: new HarmlessSession(access.session), access, machines, signal };
  const redactor =
    options.plain === true
      ? undefined
      : new Redactor([...namesOf(access, machines), ...(await clusterNames(access, options))]);
  const answers: ProbeAnswer[] = [];
  for (const experiment of EXPERIMENTS) {
    throwIfInterrupted(signal);
    const answer = await perform(experiment, probing);
    const findings = redactor?.value(answer.findings) ?? answer.findings;
    answers.push({ ...answer, findings: findings as Findings });
  }
  return answers;
}

async function perform(experiment: Experiment, probing: Probing): Promise<ProbeAnswer> {
  const { clock } = probing.access;
  const start = clock.monotonicMs();
  const { outcome, findings } = await findingsOf(experiment, probing);
  const { name, entries, question } = experiment;
  const milliseconds = Math.round(clock.monotonicMs() - start);
  return { experiment: name, entries, question, outcome, findings, milliseconds };
}

async function findingsOf(
  experiment: Experiment,
  probing: Probing,
): Promise<Pick<ProbeAnswer, "outcome" | "findings">> {
  try {
    return { outcome: "answered", findings: await experiment.run(probing) };
  } catch (error) {
    if (!(error instanceof StillpointError) || error.code === "interrupted") throw error;
    const { code, message } = error;
    const fault = error instanceof CimFault ? { hostCode: hexadecimal(error.parts.code) } : {};
    return { outcome: "refused", findings: { code, ...fault, message } };
  }
}

function hexadecimal(code: number): string {
  return `0x${code.toString(16).padStart(8, "0")}`;
}

function namesOf(access: HostAccess, machines: readonly MachineInventory[]): readonly string[] {
  return [
    access.host.name,
    ...machines.flatMap(({ name, checkpoints, recoveryCheckpoints }) => [
      name,
      ...[...checkpoints, ...recoveryCheckpoints].map((checkpoint) => checkpoint.name),
    ]),
  ];
}

/** What the host's cluster is made of: other nodes and their machines are named in it, too. */
async function clusterNames(access: HostAccess, options: WaitOptions): Promise<readonly string[]> {
  const { signal } = options;
  const session = new HarmlessSession(access.session);
  try {
    const rows = await session.rows(CLUSTER, `SELECT * FROM ${CLASS.clusterResource}`, { signal });
    return rows.flatMap((row) =>
      ["Name", "OwnerNode", "OwnerGroup"].map((name) => optionalTextOf(row, name) ?? ""),
    );
  } catch (error) {
    if (error instanceof CimFault) return []; // no cluster: then nothing of one is told either
    throw error;
  }
}
