import { StillpointError } from "../../base/index.ts";
import { CimAnswerError } from "../index.ts";
import type { XmlElement, XmlSource } from "../text/index.ts";
import { HostEnvelopeError } from "./errors.ts";
import {
  type EnumeratedItems,
  enumerateBody,
  pullBody,
  readItemsBody,
  releaseBody,
} from "./messages/enumerate.ts";
import { isSizeFault } from "./messages/fault.ts";
import { ACTION } from "./soap/actions.ts";
import { errorOf, type WsmanCaller } from "./wsman-caller.ts";

const FIRST_PORTION = 64;
const MOST_EMPTY_PORTIONS = 100; // one after the other; a host that has nothing more says so
const LONGEST_LISTING = 1_000_000; // instances
const LARGEST_PORTION = 1024; // 2008 R2 caps it at 20 by itself (MaxBatchItems)

/**
 * A query, portion by portion. The portion doubles while it fits into an envelope and is halved when it does not; what is
 * broken off is released on the host.
 */
export async function* enumerate(
  caller: WsmanCaller,
  query: {
    readonly resourceUri: string;
    readonly wql: string;
    readonly signal?: AbortSignal | undefined;
  },
): AsyncIterable<readonly XmlElement[]> {
  const { resourceUri, wql, signal } = query;
  const portion = new Portion();
  const ask = async (
    action: string,
    bodyOf: (maxElements: number) => XmlSource,
  ): Promise<EnumeratedItems> => {
    for (;;) {
      const reply = await caller.ask({ action, resourceUri, body: bodyOf(portion.size), signal });
      if (reply.kind === "answer") return readItemsBody(reply.body);
      if (!isSizeFault(reply.facts)) throw errorOf({ action, resourceUri }, reply.facts);
      portion.shrink();
    }
  };
  let open: string | undefined;
  const bounds = new ListingBounds();
  try {
    let found = await ask(ACTION.enumerate, (maxElements) => enumerateBody({ wql, maxElements }));
    for (;;) {
      const { context, items } = found;
      open = context;
      bounds.count(items.length);
      if (items.length > 0) yield items;
      if (context === undefined) return;
      portion.grow();
      found = await ask(ACTION.pull, (maxElements) => pullBody(context, maxElements));
    }
  } finally {
    if (open !== undefined) await release(caller, { resourceUri, context: open });
  }
}

async function release(
  caller: WsmanCaller,
  enumeration: { readonly resourceUri: string; readonly context: string },
): Promise<void> {
  const { resourceUri, context } = enumeration;
  try {
    await caller.ask({ action: ACTION.release, resourceUri, body: releaseBody(context) });
  } catch (error) {
    // the host forgets it by itself after a minute (EnumerationTimeoutms)
    if (!(error instanceof StillpointError)) throw error;
  }
}

/** Nobody lists for ever. */
class ListingBounds {
  #instances = 0;
  #empty = 0;

  count(instances: number): void {
    this.#instances += instances;
    this.#empty = instances === 0 ? this.#empty + 1 : 0;
    if (this.#empty > MOST_EMPTY_PORTIONS || this.#instances > LONGEST_LISTING) {
      throw new CimAnswerError(
        `Cannot list instances: the host does not come to an end after ${this.#instances} of them`,
      );
    }
  }
}

/** How many instances are asked for at once. */
class Portion {
  size = FIRST_PORTION;
  #largest = LARGEST_PORTION;

  /** Never again up to a size that did not fit. */
  shrink(): void {
    if (this.size === 1) {
      throw new HostEnvelopeError(
        "Cannot list instances: a single one does not fit into an envelope of the host",
      );
    }
    this.#largest = this.size - 1;
    this.size = Math.floor(this.size / 2);
  }

  grow(): void {
    this.size = Math.min(this.size * 2, this.#largest);
  }
}
