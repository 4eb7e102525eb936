import type { HeldMachine, MachineHost } from "../../hyperv/index.ts";

/** What somebody does at the moment in which a machine holds still. */
export type WhileHeld = (held: HeldMachine) => Promise<void>;

/** The same host, with somebody who is called after each hold. When that fails, the machine is released. */
export function watchedHost(host: MachineHost, whileHeld: WhileHeld | undefined): MachineHost {
  if (whileHeld === undefined) return host;
  return {
    facts: host.facts,
    key: host.key,
    files: host.files,
    commands: host.commands,
    machines: async (options) => await host.machines(options),
    ...(host.elsewhere && { elsewhere: async (options) => (await host.elsewhere?.(options)) ?? [] }),
    cleanUp: async (options) => await host.cleanUp(options),
    async hold(machineId, options) {
      await using holding = new AsyncDisposableStack();
      const held = holding.use(await host.hold(machineId, options));
      await whileHeld(held);
      holding.move();
      return held;
    },
    [Symbol.asyncDispose]: async () => await host[Symbol.asyncDispose](),
  };
}
