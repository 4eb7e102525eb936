import { hexFromBytes } from "../../base/index.ts";
import type { FileRecipe } from "./file-recipe.ts";
import { MOST_REFERENCES, NodeDraft } from "./recipe-node.ts";

/** docs/vault-format.md 8: a node of level 1 covers this many chunks, one of a higher level this many times as much. */
const CHUNKS_A_LEAF = 1024;
const FAN_OUT = 256;

export interface RecipeBuilderOptions {
  readonly chunkBytes: number;
  /** Stores a node as a chunk, and gives its id. */
  readonly storeNode: (node: Uint8Array) => Promise<Uint8Array>;
}

interface Level {
  draft: NodeDraft;
  /** Where the draft begins in the file. */
  offset: number;
  closed: number;
}

/**
 * Makes the tree of a file while the file is read. Nodes end by place in the file, not by count, so that what did not
 * change gives the same nodes. Holds one node a level.
 */
export class RecipeBuilder {
  readonly #options: RecipeBuilderOptions;
  readonly #levels: Level[] = [];

  constructor(options: RecipeBuilderOptions) {
    this.#options = options;
  }

  /** Adds the next chunk of the file, in file order; undefined for zeros. The id is kept. Wait where there is something to wait for. */
  add(length: number, id: Uint8Array | undefined): Promise<void> | undefined {
    return this.#add(1, { length, id });
  }

  async finish(): Promise<FileRecipe> {
    const sizeBytes = this.#levels.reduce(
      (end, { offset, draft }) => Math.max(end, offset + draft.coveredBytes),
      0,
    );
    for (let n = 1; n <= this.#levels.length; n++) {
      const level = this.#levels[n - 1] as Level;
      if (level.closed === 0 && n === this.#levels.length && level.draft.referenceCount === 1) {
        const id = level.draft.firstId;
        const root = id === undefined ? null : hexFromBytes(id);
        return { version: 1, sizeBytes, level: root === null ? 0 : n - 1, root };
      }
      if (level.draft.referenceCount > 0) await this.#close(n);
    }
    return { version: 1, sizeBytes: 0, level: 0, root: null };
  }

  #add(
    n: number,
    reference: { readonly length: number; readonly id: Uint8Array | undefined },
  ): Promise<void> | undefined {
    const level = (this.#levels[n - 1] ??= { draft: new NodeDraft(n), offset: 0, closed: 0 });
    level.draft.add(reference.length, reference.id);
    const span = CHUNKS_A_LEAF * this.#options.chunkBytes * FAN_OUT ** (n - 1);
    const boundary = (Math.floor(level.offset / span) + 1) * span;
    const isAtEnd = level.offset + level.draft.coveredBytes >= boundary;
    return isAtEnd || level.draft.referenceCount >= MOST_REFERENCES ? this.#close(n) : undefined;
  }

  async #close(n: number): Promise<void> {
    const level = this.#levels[n - 1] as Level;
    const draft = level.draft;
    level.draft = new NodeDraft(n);
    level.offset += draft.coveredBytes;
    level.closed++;
    const id = draft.isZero ? undefined : await this.#options.storeNode(draft.encode());
    await this.#add(n + 1, { length: draft.coveredBytes, id });
  }
}
