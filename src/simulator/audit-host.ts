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
    ...(machine.mergesEnabled === false ? [`"${machine.name}" has its merges switched off`] : []),
  ]);
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
  const handles = context.openFiles.paths().map((path) => `"${path}" is still open`);
  return [...machines, ...jobs, ...handles, ...(await orphans(context)), ...faults, ...wireFaults, ...script];
}

/** Differencing disks in no chain that a machine or a checkpoint names. */
async function orphans(context: ActContext): Promise<string[]> {
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
