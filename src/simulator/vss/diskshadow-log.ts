import { assumptionsOf } from "../state/assumptions.ts";
import type { DiskshadowRun } from "./diskshadow-run.ts";

/** Brings the file of `/l` up to date: it holds what was printed (docs/unconfirmed.md, diskshadow-log). */
export async function writeLog(run: DiskshadowRun): Promise<void> {
  const { context, program, session } = run;
  const { diskshadowLog } = assumptionsOf(context.host);
  if (session.log === undefined || (diskshadowLog === "at-the-end" && program.ended === undefined)) return;
  const bytes = diskshadowLog === "utf-16" ? wide(program.output) : new TextEncoder().encode(program.output);
  await using file = (await context.drives.exists(session.log))
    ? await context.drives.open(session.log)
    : await context.drives.create(session.log);
  await file.truncate(0);
  await file.write(bytes, 0);
}

/** UTF-16 with a mark, as Windows writes it. */
function wide(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(`\uFEFF${text}`, "utf16le"));
}
