import type { EventSink, Secret } from "../../base/index.ts";
import type { World } from "../compose.ts";

/** What every use case gets from its surface. */
export interface UseCaseContext {
  readonly world: World;
  readonly events: EventSink;
  readonly signal: AbortSignal;
  readonly stateDir?: string | undefined;
}

/** A vault and how to open it. */
export interface VaultRequest {
  readonly vault: string;
  readonly passphrase: Secret;
}
