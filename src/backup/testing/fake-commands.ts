import type { HostCommandResult, HostCommands } from "../../places/index.ts";

/** What ran: the line that the shell got, and the variables. */
export interface RanCommand {
  readonly line: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
}

/** Programs that write down how they were run and end as a test says. */
export class FakeCommands implements HostCommands {
  readonly ran: RanCommand[] = [];
  /** Called for each run; gives what differs from an exit code of 0 without output. */
  onRun: (run: RanCommand) => Promise<Partial<HostCommandResult>> | Partial<HostCommandResult> = () => ({});

  async run(program: string, options: Parameters<HostCommands["run"]>[1]): Promise<HostCommandResult> {
    const { arguments: args, environment = {}, timeoutMs } = options;
    const run = { line: [program, ...args].join(" "), environment, timeoutMs };
    this.ran.push(run);
    return { exitCode: 0, output: "", errorOutput: "", ...(await this.onRun(run)) };
  }
}
