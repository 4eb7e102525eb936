import type { ActContext } from "./act-context.ts";

/**
 * Marks a file for removal. It goes only when the state that does not need it any more is on disk, so that a process
 * which is killed in the middle of an act never leaves a host that names a file which is gone.
 */
export function doom(context: ActContext, path: string): void {
  context.host.doomed = [...(context.host.doomed ?? []), path];
}

/** Removes what acts before this one have marked. */
export async function removeDoomed(context: ActContext): Promise<void> {
  for (const path of context.host.doomed ?? []) await context.drives.remove(path);
  delete context.host.doomed;
}
