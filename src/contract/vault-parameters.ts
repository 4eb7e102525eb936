import type { ParameterName } from "./parameters.ts";

/** A vault and what opens it. */
export const VAULT: readonly ParameterName[] = ["vault", "passphraseFile"];
