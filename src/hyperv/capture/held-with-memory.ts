import type { HeldMachine, HoldOptions, ReleaseReport } from "../held-machine.ts";
import type { WaitOptions } from "../machine-host.ts";
import type { HostAccess } from "./host-access.ts";
import type { MemoryCheckpoint } from "./memory-checkpoint.ts";
import { releaseCheckpoint } from "./release-checkpoint.ts";

/** A held machine whose memory is in a checkpoint of ours; letting go of it removes that one too, after the hold. */
export function heldWithMemory(
  access: HostAccess,
  held: HeldMachine,
  context: {
    readonly memory: MemoryCheckpoint;
    readonly options: HoldOptions;
    /** Told once, after the release has been tried. */
    readonly onGone: () => void;
  },
): HeldMachine {
  const { memory, options, onGone } = context;
  let releasing: Promise<ReleaseReport> | undefined;
  const letGo = async (waiting: WaitOptions): Promise<ReleaseReport> => {
    const first = await held.release(waiting);
    if (first.leftBehind.length > 0) return withStandingMemory(first, memory);
    const second = await releaseCheckpoint(access, memory.owned, waiting);
    return {
      ...first,
      leftBehind: second.leftBehind,
      warnings: [...first.warnings, ...second.warnings],
    };
  };
  const release = async (waiting: WaitOptions = {}): Promise<ReleaseReport> => {
    releasing ??= letGo(waiting).finally(onGone);
    return await releasing;
  };
  return {
    ...held,
    memory: memoryOf(held, memory),
    tree: marked(held.tree, memory),
    release,
    async [Symbol.asyncDispose](): Promise<void> {
      if (releasing !== undefined) return;
      const { leftBehind } = await release();
      for (const message of leftBehind) {
        const notice = { code: "left-behind", message };
        options.events({ type: "step-warning", step: options.step, notice });
      }
    },
  };
}

function marked(tree: HeldMachine["tree"], memory: MemoryCheckpoint): HeldMachine["tree"] {
  const { checkpoint } = memory.owned;
  const checkpoints = tree.checkpoints.map((node) =>
    node.id === checkpoint ? { ...node, madeForMemory: true as const } : node,
  );
  return { ...tree, checkpoints };
}

/** Kept only when its files were found in what is held. */
function memoryOf(held: HeldMachine, memory: MemoryCheckpoint): HeldMachine["memory"] {
  const node = held.tree.checkpoints.find(({ id }) => id === memory.owned.checkpoint);
  const isThere = node?.files.some(({ role }) => role === "memory") === true;
  if (!isThere) {
    return { kept: false, reason: "the checkpoint with its memory was made, and its files cannot be read" };
  }
  const at = memory.checkpoint.created?.toString() ?? "just before";
  const reason = `it is in the checkpoint "${node?.name ?? ""}" of ${at}, which goes back to that instant; the held state itself has none`;
  return { kept: true, reason };
}

/** What lies below cannot go before what lies above: the journal has it. */
function withStandingMemory(report: ReleaseReport, memory: MemoryCheckpoint): ReleaseReport {
  const { machineName, checkpoint } = memory.owned;
  const sentence = `machine "${machineName}": its memory checkpoint ${checkpoint} stays until what is above it is gone`;
  return { ...report, leftBehind: [...report.leftBehind, sentence] };
}
