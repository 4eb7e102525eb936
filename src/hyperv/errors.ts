import { type Guid, StillpointError } from "../base/index.ts";

export interface MachineErrorFacts extends ErrorOptions {
  readonly machine: { readonly id: Guid; readonly name: string };
}

/** An error about one machine; other machines of the host are not concerned. */
abstract class MachineError extends StillpointError {
  readonly machine: { readonly id: Guid; readonly name: string };

  constructor(message: string, facts: MachineErrorFacts) {
    super(message, { cause: facts.cause });
    this.machine = facts.machine;
  }
}

/** The machine's disks, checkpoints or state changed while its files were read. */
export class MachineChangedError extends MachineError {
  readonly code = "machine-changed";
  readonly retry = "later";
}
