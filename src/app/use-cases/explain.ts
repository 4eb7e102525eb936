import { CodeUnknownError } from "../errors.ts";
import { CARDS, type Card, nearCodes } from "../problems/index.ts";

/** Every card, by code. */
export function listCards(): readonly Card[] {
  return [...CARDS.values()];
}

/** The card of a code, in any case. @throws {CodeUnknownError} with the codes that may have been meant */
export function explainCode(code: string): Card {
  const card = CARDS.get(code.toLowerCase());
  if (card !== undefined) return card;
  const near = nearCodes(code, CARDS.keys());
  const meant = near.length === 0 ? "" : `; did you mean ${near.join(", ")}?`;
  throw new CodeUnknownError(`Cannot explain "${code}": there is no such code${meant}`);
}
