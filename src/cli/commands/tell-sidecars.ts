import type { CommandSurface } from "../command.ts";
import { counted } from "../output/index.ts";

/** Says which packs could not be mended if they were damaged now; nothing when all could, or none should. */
export function tellSidecars(
  sidecars: { readonly missing: readonly string[]; readonly damaged: readonly string[] } | undefined,
  { output }: Pick<CommandSurface, "output">,
): void {
  const count = (sidecars?.missing.length ?? 0) + (sidecars?.damaged.length ?? 0);
  if (count === 0) return;
  output.say(
    `the parity of ${counted(count, "pack")} is missing or damaged; stillpoint repair --execute makes it again`,
  );
}
