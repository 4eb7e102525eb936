import { type KnownCopy, originKey, originOf } from "../../backup/index.ts";
import type { CopyOrigin, RestorePointSummary } from "../../vault/index.ts";
import { CopiedFile } from "../config/index.ts";
import type { VaultToAdd } from "../open-vault-to-add.ts";

/** Which restore points a vault has already, as themselves or as copies. */
export interface CopiesIn {
  /** By the originals' keys. */
  readonly known: ReadonlyMap<string, KnownCopy>;
  /** Remembers a copy where the vault will not say that it has it. */
  readonly noteCopied: (origin: CopyOrigin, id: KnownCopy["id"]) => Promise<void>;
}

/** The vault is asked; where only adding is allowed, what this machine remembers is held against what is there. */
export async function copiesIn(
  vault: VaultToAdd,
  options: { readonly stateDir?: string | undefined },
): Promise<CopiesIn> {
  if (vault.points === undefined) return await rememberedCopies(vault, options);
  const known = new Map<string, KnownCopy>();
  const add = (point: RestorePointSummary, because: KnownCopy["because"]): void => {
    const key = originKey(originOf(point, vault.facts.id));
    if (!known.has(key)) known.set(key, { id: point.id, because });
  };
  const onDamaged = (): void => {
    // nobody can tell what it is a copy of: it is copied again, which replaces it
  };
  for await (const point of vault.points({ onDamaged })) add(point, "there");
  for (const { point } of (await vault.trashed?.()) ?? []) if (point !== undefined) add(point, "in-trash");
  const noteCopied = async (): Promise<void> => {
    // the copy itself says it
  };
  return { known, noteCopied };
}

async function rememberedCopies(
  vault: VaultToAdd,
  options: { readonly stateDir?: string | undefined },
): Promise<CopiesIn> {
  const file = new CopiedFile(vault.facts.id, options);
  const remembered = await file.read();
  const there = (await vault.pointIds?.()) ?? new Set();
  const known = new Map<string, KnownCopy>();
  for (const [key, id] of remembered) if (there.has(id)) known.set(key, { id, because: "there" });
  return { known, noteCopied: async (origin, id) => await file.note(originKey(origin), id) };
}
