import { type RestoreOutcome, restoreToFolder } from "../../restore/index.ts";
import { newRunId, openRestoreFolder, openVaultAt } from "../compose.ts";
import type { UseCaseContext, VaultRequest } from "./context.ts";

export interface RestoreRequest extends VaultRequest {
  readonly point: string;
  readonly toFolder: string;
  readonly layout: "export" | "exact";
  readonly overwrite?: true | undefined;
}

/** Brings a restore point's files back into a folder. */
export async function runRestore(request: RestoreRequest, context: UseCaseContext): Promise<RestoreOutcome> {
  await using opened = await openVaultAt(request.vault, {
    world: context.world,
    passphrase: request.passphrase,
  });
  const point = await opened.value.findPoint(request.point);
  const { value: vault } = opened;
  try {
    return await restore(request, context, { vault, point });
  } finally {
    await vault.keepFindings(); // what was met damaged, also where another copy served
  }
}

async function restore(
  request: RestoreRequest,
  context: UseCaseContext,
  source: Pick<Parameters<typeof restoreToFolder>[0], "vault" | "point">,
): Promise<RestoreOutcome> {
  return await restoreToFolder({
    ...source,
    target: openRestoreFolder(request.toFolder),
    layout: request.layout,
    naming: process.platform === "win32" ? "windows" : "posix",
    overwrite: request.overwrite,
    events: context.events,
    run: newRunId(context.world),
    entropy: context.world.entropy,
    signal: context.signal,
  });
}
