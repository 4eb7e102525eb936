import type { Consistency, Notice } from "../../../base/index.ts";
import { isCovered } from "../../forecast/coverage.ts";
import { keepsDisk } from "../../forecast/excluded-disks.ts";
import type { Forecast } from "../../forecast/forecast-types.ts";
import type { HeldDisk, HoldOptions } from "../../held-machine.ts";
import { byPlace } from "../../inventory/attached-disks.ts";
import { isSince } from "../../inventory/host-generation.ts";
import type { MachineInventory, MachineTree } from "../../inventory/machine-inventory.ts";
import type { GuestWatch } from "../guest-watch.ts";
import { filesOfSettings } from "../held-files.ts";
import type { HeldFacts } from "../held-until-released.ts";
import type { HostAccess } from "../host-access.ts";
import { imageWarnings } from "../image-warnings.ts";
import { configurationWarnings, readTree } from "../read-tree.ts";
import type { HoldingMethod } from "./announced-method.ts";
import { decideShadowMemory, type SavedState, withMemoryRoles } from "./shadow-memory.ts";
import type { ShadowView } from "./shadow-view.ts";
import { viewLeafOf } from "./view-leaf.ts";

/** What is known when the shadow copies stand. */
export interface ShadowStanding {
  readonly forecast: Forecast;
  readonly before: MachineInventory;
  readonly after: MachineTree;
  readonly view: ShadowView;
  readonly method: HoldingMethod;
  readonly watch: Pick<GuestWatch, "hasStopped" | "interruptedSeconds">;
  readonly guestNotices: readonly Notice[];
  readonly attempts: number;
  readonly options: HoldOptions;
}

/** Puts together what a machine that is held by a shadow copy tells: original paths, read through the view. */
export async function describeShadowHold(access: HostAccess, standing: ShadowStanding): Promise<HeldFacts> {
  const { before, forecast, view } = standing;
  const saved = savedState(standing);
  const own = await filesOfSettings(view, { places: before.places, memory: saved !== "none" });
  const ownFiles = withMemoryRoles(own.files, saved);
  const tree = await readTree(view, standing.after, standing.options.excludeDisks);
  const leaves = await viewLeaves(standing);
  const memory = decideShadowMemory(before, { files: ownFiles, saved });
  const asked = forecast.consistency ?? "crash";
  const reached = reachedOf(standing, memory.kept ? "kept" : "lost");
  return {
    machine: { id: before.id, name: before.name },
    asked,
    reached,
    method: "shadow-copy",
    checkpointKind: checkpointKindOf(access, { forecast, reached }),
    interruptedSeconds: standing.watch.interruptedSeconds,
    attempts: standing.attempts,
    heldAt: access.clock.now(),
    memory,
    forecast,
    files: [...ownFiles, ...tree.files],
    disks: leaves.disks,
    tree: tree.tree,
    view,
    uncovered: [...forecast.uncovered, ...tree.uncovered],
    warnings: [
      ...forecast.warnings,
      ...differences(standing, { asked, reached }),
      ...standing.guestNotices,
      ...leaves.warnings,
      ...configurationWarnings(own.files, own.problems),
      ...(await imageWarnings(access, before)),
    ],
  };
}

function savedState(standing: ShadowStanding): SavedState {
  if (standing.before.power === "saved") return "saved";
  const bySaving = standing.before.power === "running" && standing.method === "saved";
  return bySaving ? "saved-by-writer" : "none";
}

/** What the writer announced and what was seen can lower the forecast's word, never raise it. */
function reachedOf(standing: ShadowStanding, memory: "kept" | "lost"): Consistency {
  const { forecast, method, watch } = standing;
  const asked = forecast.consistency ?? "crash";
  if (asked === "saved") return memory === "kept" ? "saved" : "crash";
  const mayHavePart = method === "guest" || method === "unclear";
  return mayHavePart && !watch.hasStopped ? asked : "crash";
}

/** The writer of 2012 R2 makes a checkpoint for a guest that takes no part; an older one makes none. */
function checkpointKindOf(
  access: HostAccess,
  held: { readonly forecast: Forecast; readonly reached: Consistency },
): HeldFacts["checkpointKind"] {
  if (held.forecast.checkpointKind !== "production" || held.reached !== "crash")
    return held.forecast.checkpointKind;
  return isSince(access.host.generation, "2012r2") ? "standard" : "none";
}

const METHOD_WORDS: Readonly<Record<HoldingMethod, string>> = {
  guest: "the writer said that the guest takes part",
  still: "the writer said that the guest takes no part (offline)",
  saved: "the writer said that the machine is saved for the shadow copy",
  "switched-off": "the backup service of the guest was switched off for the shadow copy",
  unclear: "the writer did not say how it holds the machine",
};

function differences(
  standing: ShadowStanding,
  label: { readonly asked: Consistency; readonly reached: Consistency },
): readonly Notice[] {
  const { method, watch, forecast } = standing;
  const found: Notice[] = [];
  if (label.asked !== label.reached) {
    const stopped = watch.hasStopped ? "; the machine stood still meanwhile" : "";
    const why = label.asked === "saved" ? "its saved state is not in the shadow copy" : METHOD_WORDS[method];
    const message = `the forecast was ${label.asked}, reached is ${label.reached}: ${why}${stopped}`;
    found.push({ code: "forecast-differs", message });
  } else if (method === "unclear" && standing.before.power === "running" && label.reached !== "crash") {
    const message = `that the guest took part is the forecast's word: ${METHOD_WORDS.unclear}`;
    found.push({ code: "writer-method-unclear", message });
  }
  if (watch.interruptedSeconds > 0 && forecast.interruptsGuest === "no") {
    const message = `the guest was interrupted for ${watch.interruptedSeconds} s, which was not expected`;
    found.push({ code: "guest-interrupted", message });
  }
  return found;
}

interface Leaves {
  readonly disks: readonly HeldDisk[];
  readonly warnings: readonly Notice[];
}

async function viewLeaves(standing: ShadowStanding): Promise<Leaves> {
  const { before, view, options } = standing;
  const disks: HeldDisk[] = [];
  const warnings: Notice[] = [];
  const keeps = keepsDisk(before, options.excludeDisks);
  for (const disk of before.disks.filter(isCovered).filter(keeps)) {
    const { controller, number, location, path } = disk;
    if (path === undefined) continue;
    const leaf = await viewLeafOf(view, path, options);
    disks.push({ controller, number, location, viewLeaf: leaf.path });
    if (leaf.others.length > 0) {
      const message = `"${leaf.path}" is taken for the recovered state of "${path}" because it is the newest; so might be ${leaf.others.join(", ")}`;
      warnings.push({ code: "auto-recovery-unclear", message });
    }
  }
  return { disks: disks.sort(byPlace), warnings };
}
