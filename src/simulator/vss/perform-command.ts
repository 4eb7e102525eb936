import { assumptionsOf } from "../state/assumptions.ts";
import { derivedGuid } from "../state/derived-guid.ts";
import type { DiskshadowCommand } from "./diskshadow-command.ts";
import { braced, type CommandOutcome, type DiskshadowRun, print } from "./diskshadow-run.ts";
import { holdMachines } from "./hold-machines.ts";
import { hostVolumes, volumeNamed } from "./host-volumes.ts";
import { OTHER_WRITERS, printShadows, printWriters } from "./print-listings.ts";
import { releaseMachines, resumeMachines } from "./release-machines.ts";
import { isSetBusy } from "./set-in-progress.ts";
import { dropShadowCopies, takeShadowCopies } from "./take-shadow-copies.ts";
import { failedWith, VssCode } from "./vss-failure.ts";
import { HYPERV_WRITER_ID, HYPERV_WRITER_NAME } from "./writer-components.ts";

const USAGE: CommandOutcome = { failure: { kind: "usage" } };

/** Does what one command says, or a part of it. */
export async function performCommand(
  run: DiskshadowRun,
  command: DiskshadowCommand,
): Promise<CommandOutcome> {
  switch (command.kind) {
    case "set":
      return setOption(run, command);
    case "writer":
      return chooseWriter(run, command);
    case "begin":
      run.session.backup = true;
      return "done";
    case "add":
      return await addVolume(run, command);
    case "create":
      return await create(run);
    case "end":
      return await endBackup(run);
    case "list-writers":
      await printWriters(run);
      return "done";
    case "list-shadows":
      return await listShadows(run, command);
    case "delete":
      return deleteShadows(run, command);
    case "reset":
    case "nothing":
    case "exit":
      return "done";
    case "unknown":
    default:
      return USAGE;
  }
}

function setOption(
  run: DiskshadowRun,
  command: Extract<DiskshadowCommand, { readonly kind: "set" }>,
): CommandOutcome {
  const { name, value } = command;
  if (name === "metadata") run.session.metadata = value;
  if (name !== "context") return "done";
  const context = value.toLowerCase();
  if (!["persistent", "volatile", "clientaccessible"].includes(context)) return USAGE;
  run.session.context = context;
  return "done";
}

/** What the host does not have cannot be excluded (docs/unconfirmed.md, diskshadow-excluded-absent). */
function chooseWriter(
  run: DiskshadowRun,
  command: Extract<DiskshadowCommand, { readonly kind: "writer" }>,
): CommandOutcome {
  const { context, session } = run;
  const name = command.name.replaceAll(/[{}]/g, "").toLowerCase();
  const writers = [...OTHER_WRITERS, { id: HYPERV_WRITER_ID, name: HYPERV_WRITER_NAME }];
  const writer = writers.find((one) => one.id === name || one.name.toLowerCase() === name);
  if (writer !== undefined) {
    if (command.act === "exclude") session.excludedWriters.push(writer.id);
    return "done";
  }
  const isAbsentFine = assumptionsOf(context.host).excludingAbsent === "ignored";
  const machine = context.host.machines.find(
    ({ id }) => name === `${HYPERV_WRITER_NAME}:\\${id}`.toLowerCase(),
  );
  if (machine === undefined && command.act === "exclude" && isAbsentFine) return "done";
  if (machine === undefined) return { failure: failedWith(VssCode.notFound) };
  if (command.act === "exclude") session.excludedComponents.push(machine.id);
  return "done";
}

async function addVolume(
  run: DiskshadowRun,
  command: Extract<DiskshadowCommand, { readonly kind: "add" }>,
): Promise<CommandOutcome> {
  const { context, program, session } = run;
  if (isSetBusy(context, program)) return { failure: failedWith(VssCode.setInProgress) };
  const isLetter = /^[a-z]:\\?$/i.test(command.volume);
  if (!isLetter && assumptionsOf(context.host).diskshadowVolumes === "letters") return USAGE;
  const volume = volumeNamed(await hostVolumes(context), command.volume);
  if (volume === undefined) return { failure: failedWith(VssCode.notFound) };
  // known before anything is made: a step that died is done again in the same places
  session.set ??= derivedGuid(program.id, "set").toLowerCase();
  session.volumes.push({ root: volume.root, alias: command.alias });
  return "done";
}

/** First the writer holds the machines, which takes its time; then the copies are taken. */
async function create(run: DiskshadowRun): Promise<CommandOutcome> {
  const { context, session, words } = run;
  const { set, metadata } = session;
  if (set === undefined || session.made === true) return { failure: failedWith(VssCode.badState) };
  if (session.held === undefined) {
    const holding = await holdMachines(run, set);
    if ("failure" in holding || holding.waitMs > 0) return holding;
  }
  const taken = await takeShadowCopies(run, set);
  await resumeMachines(run, "made");
  session.made = true;
  if (session.backup !== true) await releaseMachines(run);
  if (metadata !== undefined && !(await context.drives.exists(metadata))) {
    await using cabinet = await context.drives.create(metadata);
    await cabinet.write(new TextEncoder().encode("MSCF"), 0);
  }
  const hasAliases = assumptionsOf(context.host).diskshadowAliases;
  for (const { alias, id } of hasAliases ? taken : [])
    if (alias !== undefined) print(run, words.aliasSet(alias, braced(id)));
  if (hasAliases) print(run, words.aliasSet("VSS_SHADOW_SET", braced(set)));
  print(run, "", `${words.querying} ${braced(set)}`);
  await printShadows(run, taken, hasAliases ? "with-aliases" : "without");
  return "done";
}

async function endBackup(run: DiskshadowRun): Promise<CommandOutcome> {
  const { context, session } = run;
  if (session.backup !== true) return { failure: failedWith(VssCode.badState) };
  await releaseMachines(run);
  session.backup = false;
  const own = (context.host.shadowCopies ?? []).filter(({ set }) => set === session.set);
  if (!assumptionsOf(context.host).endBackupKeepsSet) dropShadowCopies(run, own);
  return "done";
}

async function listShadows(
  run: DiskshadowRun,
  command: { readonly scope: string; readonly id: string },
): Promise<CommandOutcome> {
  const { host } = run.context;
  const listed = chosen(run, command);
  await printShadows(run, listed);
  if (listed.length === 0) run.session.exitCode = assumptionsOf(host).emptyListingExitCode;
  return "done";
}

function deleteShadows(
  run: DiskshadowRun,
  command: { readonly scope: string; readonly id: string },
): CommandOutcome {
  const gone = chosen(run, command);
  if (gone.length === 0 && command.scope !== "all") return { failure: failedWith(VssCode.notFound) };
  for (const { id } of gone) print(run, run.words.deleted(braced(id)));
  dropShadowCopies(run, gone);
  return "done";
}

function chosen(run: DiskshadowRun, command: { readonly scope: string; readonly id: string }) {
  const wanted = command.id.toLowerCase();
  return (run.context.host.shadowCopies ?? []).filter(({ id, set, root }) => {
    switch (command.scope) {
      case "all":
        return true;
      case "set":
        return set.toLowerCase() === wanted;
      case "volume":
        return root.toLowerCase().replace(/\\$/, "") === wanted.replace(/\\$/, "");
      default:
        return id.toLowerCase() === wanted;
    }
  });
}
