import { bytesFromHex, InternalError } from "../../base/index.ts";
import type { FileRecipe } from "./file-recipe.ts";
import { decodeNode, type Reference } from "./recipe-node.ts";

const DEEPEST = 8;

export interface LoadedNode {
  readonly bytes: Uint8Array;
  /** Where it was read from. */
  readonly object: string;
}

export interface RecipeWalk {
  readonly loadNode: (id: Uint8Array) => Promise<LoadedNode>;
  /** Stretches that end at or before this offset are left out. */
  readonly from?: number;
  /** Told of a node that cannot be used, with all that it covers; true: it is left out. Without it, the error is thrown. */
  readonly onUnreadable?: (reference: Reference, error: unknown) => boolean;
}

/**
 * The chunks of a file and its stretches of zeros, in file order, one batch a node. Holds one node a level.
 * @throws {VaultDamagedError}
 */
export async function* walkRecipe(
  recipe: FileRecipe,
  walk: RecipeWalk,
): AsyncGenerator<readonly Reference[]> {
  if (recipe.sizeBytes === 0) return;
  yield* below(rootOf(recipe), recipe.level, walk);
}

/** The whole file as one reference. */
export function rootOf(recipe: FileRecipe): Reference {
  const id = recipe.root === null ? undefined : bytesFromHex(recipe.root);
  const isSound =
    recipe.version === 1 && recipe.level >= 0 && recipe.level <= DEEPEST && (id?.length ?? 32) === 32;
  if (!isSound) throw new InternalError(`Cannot read a recipe: ${JSON.stringify(recipe)} is none`);
  return { offset: 0, length: recipe.sizeBytes, id };
}

async function* below(
  reference: Reference,
  level: number,
  walk: RecipeWalk,
): AsyncGenerator<readonly Reference[]> {
  if (reference.offset + reference.length <= (walk.from ?? 0)) return;
  if (level === 0 || reference.id === undefined) {
    yield [reference];
    return;
  }
  const references = await childrenOf({ ...reference, id: reference.id }, level, walk);
  if (level > 1) {
    for (const child of references) yield* below(child, level - 1, walk);
    return;
  }
  const from = walk.from ?? 0;
  yield from === 0 ? references : references.filter(({ offset, length }) => offset + length > from);
}

/** Of a node that is left out: none. */
async function childrenOf(
  reference: Reference & { readonly id: Uint8Array },
  level: number,
  walk: RecipeWalk,
): Promise<readonly Reference[]> {
  try {
    const { bytes, object } = await walk.loadNode(reference.id);
    return decodeNode(bytes, { ...reference, level, object });
  } catch (error) {
    if (walk.onUnreadable?.(reference, error) === true) return [];
    throw error;
  }
}
