import { HostShellError, type WinrsCommands } from "../../cim/wsman/index.ts";
import { HostCommandError, type HostCommandResult, type HostCommands } from "../../places/index.ts";

/** Programs in remote shells, with the errors that programs of any host have. */
export class WinrsHostCommands implements HostCommands {
  readonly #commands: WinrsCommands;

  constructor(commands: WinrsCommands) {
    this.#commands = commands;
  }

  async run(program: string, options: Parameters<HostCommands["run"]>[1]): Promise<HostCommandResult> {
    try {
      return await this.#commands.run(program, options);
    } catch (error) {
      if (!(error instanceof HostShellError)) throw error;
      const { message, reason } = error;
      throw new HostCommandError(message, { program, reason, cause: error });
    }
  }
}
