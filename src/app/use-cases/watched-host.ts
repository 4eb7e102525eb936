import type { HeldMachine, MachineHost } from "../../hyperv/index.ts";
import { hostWithHold } from "./host-with-hold.ts";

/** What somebody does at the moment in which a machine holds still. */
export type WhileHeld = (held: HeldMachine) => Promise<void>;

/** The same host, with somebody who is called after each hold. When that fails, the machine is released. */
export function watchedHost(host: MachineHost, whileHeld: WhileHeld | undefined): MachineHost {
  if (whileHeld === undefined) return host;
  return hostWithHold(host, async (machineId, options) => {
    await using holding = new AsyncDisposableStack();
    const held = holding.use(await host.hold(machineId, options));
    await whileHeld(held);
    holding.move();
    return held;
  });
}
