import type { WriterKeys } from "./crypto/vault-keys.ts";
import type { VaultConfig } from "./format/config-document.ts";
import { Engine } from "./pipeline/engine.ts";
import { DEFAULT_MEMORY_BUDGET, defaultWorkers, type VaultOptions } from "./vault-options.ts";

/** Threads and memory as the options want them, for what the config says that the vault is. */
export function newEngine(
  options: Pick<VaultOptions, "workers" | "writesFiles" | "memoryBudgetBytes">,
  { config, keys }: { readonly config: VaultConfig; readonly keys: Pick<WriterKeys, "identityKey"> },
): Engine {
  return new Engine({
    workers: options.workers ?? defaultWorkers(options),
    identityKey: keys.identityKey,
    memoryBudgetBytes: options.memoryBudgetBytes ?? DEFAULT_MEMORY_BUDGET,
    hasParity: config.parity !== undefined,
  });
}
