import { demoGuestChanges } from "../../simulator/index.ts";
import type { UseCaseContext } from "../use-cases/context.ts";
import { listMachines } from "../use-cases/machines.ts";
import { initVault } from "../use-cases/vaults.ts";
import { runVerify } from "../use-cases/verify.ts";
import { backUpAll, type ObservedBackup } from "./demo-backup.ts";
import { proveLiveDiffers, restoreAsExport, restoreExactly } from "./demo-restores.ts";
import { DemoStage } from "./demo-stage.ts";
import type { DemoBackup, DemoOptions, DemoOutcome, DemoRestore } from "./demo-story.ts";

/** What `runDemo()` promises, chapter by chapter. */
export async function playDemo(context: UseCaseContext, options: DemoOptions): Promise<DemoOutcome> {
  const { tell, keep } = options;
  tell.chapter("A Hyper-V host");
  await using stage = await DemoStage.open(context, options);
  const machines = await meetTheHost(stage);
  await makeVault(stage);
  const first = await firstBackup(stage);
  const early = await firstRestore(stage, first);
  const second = await secondBackup(stage, first);
  const late = await secondRestore(stage, second);
  const verified = await readTheVault(stage, first.points.length + second.points.length);
  const leftBehind = await lookAtTheHost(stage);
  return {
    folder: keep === true ? stage.folder : undefined,
    machines,
    backups: [numbersOf(first), numbersOf(second)],
    restores: [...early, ...late],
    verified,
    proofs: stage.proofs,
    leftBehind,
  };
}

async function meetTheHost(stage: DemoStage): Promise<readonly string[]> {
  const { tell } = stage;
  const { host, machines } = await listMachines(
    { host: stage.hostAddress, selection: { all: true } },
    stage.context,
  );
  tell.sentence(
    `${host.name} is simulated: a folder with ${machines.length} machines, whose virtual disks are real VHDX files with partitions, file systems and files.`,
  );
  tell.chapter("Before the backup: what to expect");
  for (const machine of machines) tell.forecast(machine);
  return machines.map(({ name }) => name);
}

async function makeVault(stage: DemoStage): Promise<void> {
  const { tell } = stage;
  tell.chapter("A vault");
  const { facts, recoveryKey } = await initVault(stage.vault, stage.context);
  tell.sentence(
    `A new vault in a folder, encrypted under a passphrase, with chunks of ${tell.amount(facts.chunkBytes)}.`,
  );
  tell.sentence(
    `Its recovery key of ${recoveryKey.reveal().length} characters opens it too; \`vault init\` shows it once, to be kept somewhere else.`,
  );
}

async function firstBackup(stage: DemoStage): Promise<ObservedBackup> {
  const { tell } = stage;
  tell.chapter("The first backup");
  const written: number[] = [];
  const backup = await backUpAll(stage, async ({ machine }) => {
    if (machine.name !== "web01") return;
    for (const { bytes } of await demoGuestChanges(stage.host, 1)) written.push(bytes);
  });
  tell.sentence(
    `It took ${backup.seconds.toFixed(1)} s, without what the demonstration itself looked at and wrote.`,
  );
  const total = written.reduce((sum, bytes) => sum + bytes, 0);
  tell.sentence(
    `While web01 was held, its guest went on working: its database wrote ${tell.amount(total)} that must not be in the restore point.`,
  );
  return backup;
}

async function firstRestore(stage: DemoStage, backup: ObservedBackup): Promise<readonly DemoRestore[]> {
  stage.tell.chapter("Back again: web01 as it was");
  const what = { backup, machine: "web01", to: "web01-first" };
  const restored = await restoreExactly(stage, what);
  await proveLiveDiffers(stage, what);
  return [restored];
}

async function secondBackup(stage: DemoStage, first: ObservedBackup): Promise<ObservedBackup> {
  const { tell } = stage;
  tell.chapter("The next night");
  let written = 0;
  for (const machine of ["web01", "db01"] as const) {
    for (const { bytes } of await demoGuestChanges(stage.host, 2, machine)) written += bytes;
  }
  tell.sentence(`During the day, web01 and db01 wrote ${tell.amount(written)} to their databases.`);
  const backup = await backUpAll(stage, async () => {
    // nobody writes this time
  });
  const [before, now] = [first, backup].map(({ points }) =>
    points.reduce((sum, point) => sum + point.bytesStored, 0),
  );
  tell.sentence(
    `It took ${backup.seconds.toFixed(1)} s. What was new takes ${tell.amount(now ?? 0)} in the vault; the first night it was ${tell.amount(before ?? 0)}.`,
  );
  return backup;
}

async function secondRestore(stage: DemoStage, backup: ObservedBackup): Promise<readonly DemoRestore[]> {
  stage.tell.chapter("Back again: the second night");
  const web = await restoreExactly(stage, { backup, machine: "web01", to: "web01-second" });
  const database = await restoreAsExport(stage, { backup, machine: "db01", to: "db01-export" });
  return [web, database];
}

async function readTheVault(stage: DemoStage, points: number): Promise<DemoOutcome["verified"]> {
  stage.tell.chapter("Is the vault sound?");
  const report = await runVerify({ ...stage.vault, readDataPercent: 100 }, stage.context);
  const damaged = report.damaged.length;
  stage.prove(
    `every byte of ${report.chunks} chunks was read and opened, and all ${report.points} restore points are whole`,
    { holds: damaged === 0 && report.points === points, otherwise: `${damaged} objects are damaged` },
  );
  return { points: report.points, chunks: report.chunks, damaged };
}

async function lookAtTheHost(stage: DemoStage): Promise<readonly string[]> {
  stage.tell.chapter("Is the host as it was?");
  const leftBehind = await stage.host.audit();
  stage.prove(
    "nothing was left on the host: no recovery checkpoint, no differencing disk without an owner, no open file, no host job",
    {
      holds: leftBehind.length === 0,
      otherwise: leftBehind.join("; "),
    },
  );
  return leftBehind;
}

function numbersOf({ seconds, points }: ObservedBackup): DemoBackup {
  return { seconds, points };
}
