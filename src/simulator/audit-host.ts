import { windowsPathKey } from "../places/index.ts";
import type { ActContext } from "./acts/act-context.ts";
import { childrenOf, namedFiles } from "./acts/remove-checkpoint.ts";

/** Everything that a run should not have left on the host, one sentence each; empty when all is as it was. */
export async function auditHost(context: ActContext): Promise<string[]> {
  const { host } = context;
  const machines = host.machines.flatMap((machine) => [
    ...(machine.recoveryCheckpoints ?? []).map(
      (entry) => `"${machine.name}" has the recovery checkpoint "${entry.name}" (${entry.id})`,
    ),
    ...(machine.pendingMerges ?? []).map(
      (merge) => `"${machine.name}" has an outstanding merge of "${merge.child}"`,
    ),
    ...(machine.replication["suspendedByClient"] === true
      ? [`"${machine.name}" has its replication suspended`]
      : []),
    ...(machine.guest.vssBefore === undefined
      ? []
      : [`"${machine.name}" has its backup service switched off`]),
    ...(machine.mergesEnabled === false ? [`"${machine.name}" has its merges switched off`] : []),
    ...(machine.backupBegun === undefined ? [] : [`a backup of "${machine.name}" was begun and never ended`]),
    ...(machine.stoodStill === true ? [`"${machine.name}" ran, and is ${machine.state}`] : []),
  ]);
  const shadows = (host.shadowCopies ?? []).map(
    (shadow) => `the shadow copy ${shadow.id} of "${shadow.root}"`,
  );
  const programs = (host.runningPrograms ?? [])
    .filter(({ ended }) => ended === undefined)
    .map(({ program }) => `the program "${program}" has not ended`);
  const jobs = (host.hostJobs ?? [])
    .filter((job) => job.state === "running")
    .map((job) => `the host job ${job.id} of type ${job.type} has not ended`);
  const faults = (host.faults ?? [])
    .filter((fault) => (fault.used ?? 0) < fault.times)
    .map(
      (fault) => `a scripted fault of "${fault.method}" was met ${fault.used ?? 0} of ${fault.times} times`,
    );
  const wireFaults = (host.wireFaults ?? [])
    .filter((fault) => (fault.used ?? 0) < fault.times)
    .map(
      (fault) =>
        `a scripted wire fault of "${fault.operation}" was met ${fault.used ?? 0} of ${fault.times} times`,
    );
  const script = (host.script ?? [])
    .filter((entry) => entry.done !== true)
    .map((entry) => `the scripted act "${entry.act.kind}" at "${entry.when.event}" never came`);
  const tasks = (host.scheduledTasks ?? []).map(({ name }) => `the scheduled task "${name}" stands`);
  const handles = context.openFiles.paths().map((path) => `"${path}" is still open`);
  const kept = [
    ...machines,
    ...shadows,
    ...programs,
    ...jobs,
    ...handles,
    ...tasks,
    ...(await strays(context)),
  ];
  return [...kept, ...faults, ...wireFaults, ...script];
}

const TEMPORARY = /^[a-z]:\\Windows\\Temp\\/i;

/** Differencing disks in no chain that a machine or a checkpoint names, and temporary files. */
async function strays(context: ActContext): Promise<string[]> {
  const owned = new Set<string>();
  for (const machine of context.host.machines) {
    for (const path of namedFiles(machine)) await addChain(context, path, owned);
    for (const merge of machine.pendingMerges ?? []) {
      for (const child of await childrenOf(context, machine, merge.parent)) owned.add(windowsPathKey(child));
    }
  }
  const found: string[] = [];
  for await (const path of context.drives.files()) {
    if (/\.avhdx?$/i.test(path) && !owned.has(windowsPathKey(path)))
      found.push(`the differencing disk "${path}" belongs to no machine`);
    if (TEMPORARY.test(path)) found.push(`the temporary file "${path}"`);
  }
  return found;
}

async function addChain(context: ActContext, leaf: string, owned: Set<string>): Promise<void> {
  let path: string | undefined = leaf;
  while (path !== undefined && !owned.has(windowsPathKey(path)) && (await context.drives.exists(path))) {
    owned.add(windowsPathKey(path));
    ({ parentPath: path } = await context.disks.facts(path));
  }
}
