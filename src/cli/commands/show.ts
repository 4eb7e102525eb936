import { type RestorePoint, showPoint } from "../../app/index.ts";
import { COMMANDS, EXIT } from "../../contract/index.ts";
import type { Command } from "../command.ts";
import { amount, instant, type Paint } from "../output/index.ts";
import { gapText } from "./gap-text.ts";
import { noticeText } from "./notice-text.ts";
import { storerText } from "./storer-text.ts";
import { vaultRequest } from "./vault-request.ts";

export const showCommand: Command = {
  contract: COMMANDS.show,
  async run(input, surface) {
    const request = { ...(await vaultRequest(input, surface)), point: input.argument };
    const point = await showPoint(request, surface.context);
    const files = point.files.map(({ path, role, sizeBytes }) => ({ path, role, bytes: sizeBytes }));
    surface.output.say(pointText(point, surface.paint));
    surface.output.table({
      columns: [{ title: "FILE" }, { title: "ROLE" }, { title: "SIZE", align: "right" }],
      rows: files.map((file) => [file.path, file.role, amount(file.bytes)]),
    });
    return { exitCode: EXIT.done, summary: { point: { ...point, files } } };
  },
};

function memoryText({ kept, reason }: RestorePoint["memory"]): string {
  if (kept) return reason === undefined ? "kept" : `kept, ${reason}`;
  return `not kept, ${reason ?? "no reason given"}`;
}

/** What the restore point says of itself, without its list of files. */
function pointText(point: Awaited<ReturnType<typeof showPoint>>, paint: Paint): string {
  const lines = [
    `${paint.strong(point.machine.name)}  ${instant(point.time)}  ${point.id}`,
    `  ${point.consistency}-consistent (asked: ${point.asked}), by ${point.method}, checkpoint: ${point.checkpointKind}`,
    `  guest interrupted: ${point.interruptedSeconds} s; memory: ${memoryText(point.memory)}`,
  ];
  if (point.copyOf !== undefined)
    lines.push(`  copy of ${point.copyOf.point} in the vault ${point.copyOf.vault}`);
  const storer = storerText(point);
  if (storer !== "") lines.push(`  ${storer}`);
  for (const disk of point.disks) {
    lines.push(
      `  disk ${point.disks.indexOf(disk)}: ${disk.controller} ${disk.number}:${disk.location} ${disk.viewLeaf}`,
    );
  }
  for (const node of point.tree.checkpoints) {
    const made = node.madeForMemory === true ? ", made by the backup to hold it" : "";
    const here = node.id === point.tree.current ? " (the machine goes on from here)" : "";
    lines.push(
      `  checkpoint "${node.name}" of ${instant(node.created)}, ${node.type}${node.memory ? ", with memory" : ""}${made}${here}`,
    );
  }
  for (const gap of point.uncovered) lines.push(gapText(gap, paint));
  for (const warning of point.warnings) lines.push(noticeText(warning, paint));
  for (const left of point.leftBehind) lines.push(`  ${paint.bad("left behind on the host:")} ${left}`);
  return lines.join("\n");
}
