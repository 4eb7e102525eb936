import { join } from "node:path";
import { guestView } from "../../simulator/index.ts";
import { DemoProofError } from "../errors.ts";
import { type RestoreRequest, runRestore } from "../use-cases/restore.ts";
import type { ObservedBackup } from "./demo-backup.ts";
import type { DemoStage } from "./demo-stage.ts";
import type { DemoRestore } from "./demo-story.ts";
import { type HeldState, sha256Of } from "./held-state.ts";

/** Which machine comes back from which backup, and the name of the folder it comes back to. */
export interface Return {
  readonly backup: ObservedBackup;
  readonly machine: string;
  readonly to: string;
}

/** Restores every file under its own path, and proves that each is what it was at the held instant. */
export async function restoreExactly(stage: DemoStage, what: Return): Promise<DemoRestore> {
  const { restored, files } = await restore(stage, what, "exact");
  const { hashes } = heldOf(what);
  const wrong: string[] = [];
  for (const path of files) {
    if ((await sha256Of(join(stage.restored(what.to), path), stage)) !== hashes.get(path)) wrong.push(path);
  }
  stage.prove(
    `all ${files.length} files of ${what.machine} have the SHA-256 that they had at the held instant`,
    { holds: files.length > 0 && wrong.length === 0, otherwise: `${wrong.join(", ") || "no file"} differs` },
  );
  return restored;
}

/** Restores as Hyper-V exports, and proves that the first disk, with all its parents, is what its guest saw. */
export async function restoreAsExport(stage: DemoStage, what: Return): Promise<DemoRestore> {
  const { restored, files } = await restore(stage, what, "export");
  const held = heldOf(what);
  const leafName = held.leaf.slice(held.leaf.lastIndexOf("\\") + 1);
  const leaf = files.find((path) => path.endsWith(`/${leafName}`));
  if (leaf === undefined)
    throw new DemoProofError(`Cannot find "${leafName}" among the restored files: missing`);
  const view = await guestView(join(stage.restored(what.to), leaf));
  stage.prove(
    `${what.machine}'s disk, a chain of ${view.files} files, opens in its new folder and shows its guest the same ${stage.tell.amount(view.contentBytes)}`,
    {
      holds: view.files > 1 && view.files === held.view.files && view.sha256 === held.view.sha256,
      otherwise: `the held disk had ${held.view.files} files and the digest ${held.view.sha256}, this one ${view.sha256}`,
    },
  );
  return restored;
}

/** Proves that the host's own disk is not any more what came back: the proof before it compared two different things. */
export async function proveLiveDiffers(stage: DemoStage, what: Return): Promise<void> {
  const { leaf, hashes, view } = heldOf(what);
  const live = await guestView(stage.native(leaf));
  const heldHash = [...hashes].find(([path]) => stage.native(leaf).endsWith(join(path)))?.[1];
  const liveHash = await sha256Of(stage.native(leaf), stage);
  stage.prove(`the live disk of ${what.machine} is a different one by now`, {
    holds: heldHash !== undefined && liveHash !== heldHash && live.sha256 !== view.sha256,
    otherwise: "it has the same content",
  });
}

async function restore(stage: DemoStage, what: Return, layout: RestoreRequest["layout"]) {
  const point = what.backup.points.find(({ machine }) => machine === what.machine);
  if (point === undefined)
    throw new DemoProofError(`Cannot restore "${what.machine}": it has no restore point`);
  const outcome = await runRestore(
    { ...stage.vault, point: point.id, toFolder: stage.restored(what.to), layout },
    stage.context,
  );
  const bytes = outcome.files.reduce((sum, file) => sum + file.bytes, 0);
  const files = outcome.files.map(({ path }) => path);
  const restored: DemoRestore = { machine: what.machine, layout, files: files.length, bytes };
  return { restored, files };
}

function heldOf({ backup, machine }: Return): HeldState {
  const held = backup.held.get(machine);
  if (held === undefined) throw new DemoProofError(`Cannot compare "${machine}": it was never held`);
  return held;
}
