import type { StoreFaults } from "../../src/storage/testing/index.ts";

/** Stores that are bad, each in its way. */
export const BAD_STORES: Readonly<Record<string, StoreFaults>> = {
  "is sound": {},
  "times out after doing it": { timesOutAfterDoing: 0.2 },
  "drops calls": { drops: 0.1 },
  "gives half an object": { halvesGets: 0.05 },
  "keeps half an object of a put that fails": { halvesPuts: 0.1 },
  "refuses deletes": { refusesDeletes: true },
  "fills up": { fullAfterPuts: 5 },
  "lists late": { listsLateCalls: 12 },
  "lists and reads late": { listsLateCalls: 8, readsLateCalls: 4 },
  "leaves objects out of listings": { omits: 0.1 },
};
