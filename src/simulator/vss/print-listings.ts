import { derivedGuid } from "../state/derived-guid.ts";
import type { ShadowCopyEntry } from "../state/program-state.ts";
import { braced, type DiskshadowRun, print } from "./diskshadow-run.ts";
import { hostVolumes } from "./host-volumes.ts";
import { HYPERV_WRITER_ID, HYPERV_WRITER_NAME, writerComponents } from "./writer-components.ts";

/** Writers that every Windows host has beside Hyper-V's; each with its id and one component. */
export const OTHER_WRITERS = [
  { name: "Task Scheduler Writer", id: "d61d61c8-d73a-4eee-8cdd-f6f9786b7124", component: "TasksStore" },
  { name: "System Writer", id: "e8132975-6f93-4464-a53e-1050253ae220", component: "System Files" },
  { name: "Registry Writer", id: "afbab4a2-367d-4d15-a586-71dbb18f8485", component: "Registry" },
  { name: "WMI Writer", id: "a6ad56c2-b509-4e6c-bb19-49d8f43532f0", component: "WMI" },
] as const;

const PROVIDER = "{b5946137-7b9f-4925-af80-51abd60b20d5}";

/** `list writers metadata`. */
export async function printWriters(run: DiskshadowRun): Promise<void> {
  const { words } = run;
  for (const { name, id, component } of OTHER_WRITERS) {
    printWriter(run, name, id);
    print(run, `\t\t+ ${words.component} "${name}:\\${component}"`);
    print(run, `\t\t\t- ${words.name}: ${component}`, `\t\t\t- ${words.logicalPath}: `);
    print(run, `\t\t\t- ${words.fullPath}: \\${component}`, `\t\t\t- ${words.caption}: ${component}`);
  }
  printWriter(run, HYPERV_WRITER_NAME, HYPERV_WRITER_ID);
  for (const { machine, caption, volumes } of await writerComponents(run.context)) {
    print(run, `\t\t+ ${words.component} "${HYPERV_WRITER_NAME}:\\${machine.id}"`);
    print(run, `\t\t\t- ${words.name}: ${machine.id}`, `\t\t\t- ${words.logicalPath}: `);
    print(run, `\t\t\t- ${words.fullPath}: \\${machine.id}`, `\t\t\t- ${words.caption}: ${caption ?? ""}`);
    print(run, `\t\t\t- ${words.type}: VSS_CT_FILEGROUP [2]`, `\t\t\t- ${words.selectable}`);
    print(run, `\t\t\t- ${words.volumesAffected}:`);
    for (const { name, root } of volumes) print(run, `\t\t\t\t- ${nameWithMount(name, root)}`);
  }
}

function printWriter(run: DiskshadowRun, name: string, id: string): void {
  const { words } = run;
  print(run, "", `\t* ${words.writer} "${name}"`);
  print(run, `\t\t- ${words.writerId} = {${id}}`);
  print(run, `\t\t- ${words.instanceId} = ${braced(derivedGuid(run.context.host.name, id))}`);
}

/** `list shadows`, and what `create` says of its set; only that has aliases. */
export async function printShadows(
  run: DiskshadowRun,
  shadows: readonly ShadowCopyEntry[],
  aliases: "with-aliases" | "without" = "without",
): Promise<void> {
  const { words, context } = run;
  const volumes = await hostVolumes(context);
  if (shadows.length === 0) print(run, "", words.none);
  for (const shadow of shadows) {
    const hasAliases = aliases === "with-aliases" && shadow.alias !== undefined;
    const [one, all] = hasAliases ? [`\t\t%${shadow.alias}%`, "\t%VSS_SHADOW_SET%"] : ["", ""];
    const volume = volumes.find(({ root }) => root.toLowerCase() === shadow.root.toLowerCase());
    print(run, "", `\t* ${words.shadowCopy} = ${braced(shadow.id)}${one}`);
    print(run, `\t\t- ${words.shadowSet}: ${braced(shadow.set)}${all}`);
    print(run, `\t\t- ${words.count} = ${shadow.count}`);
    print(run, `\t\t- ${words.originalVolume}: ${nameWithMount(volume?.name, shadow.root)}`);
    print(run, `\t\t- ${words.created}: ${shadow.created}`);
    print(run, `\t\t- ${words.device}: ${shadow.device}`);
    print(run, `\t\t- ${words.originating}: ${context.host.name}`);
    print(run, `\t\t- ${words.service}: ${context.host.name}`, `\t\t- ${words.notExposed}`);
    print(run, `\t\t- ${words.provider}: ${PROVIDER}`);
    print(run, `\t\t- ${words.attributes}:  No_Auto_Release Persistent Differential`);
  }
  print(run, "", `${words.listed}: ${shadows.length}`);
}

function nameWithMount(name: string | undefined, root: string): string {
  return name === undefined ? root : `${name} [${root}]`;
}
