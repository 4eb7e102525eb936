import type { MachineHost } from "../../hyperv/index.ts";

/** The same host, whose machines are held by another function. */
export function hostWithHold(host: MachineHost, hold: MachineHost["hold"]): MachineHost {
  return {
    facts: host.facts,
    key: host.key,
    files: host.files,
    commands: host.commands,
    machines: async (options) => await host.machines(options),
    ...(host.elsewhere && { elsewhere: async (options) => (await host.elsewhere?.(options)) ?? [] }),
    cleanUp: async (options) => await host.cleanUp(options),
    hold,
    [Symbol.asyncDispose]: async () => await host[Symbol.asyncDispose](),
  };
}
