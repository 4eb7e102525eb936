export interface HostCommandResult {
  readonly exitCode: number;
  readonly output: string;
  readonly errorOutput: string;
}

/** Programs that run on the host. */
export interface HostCommands {
  /** Runs a program to its end; output is kept up to a bound. @throws when it cannot be started or is interrupted. */
  run(
    program: string,
    options: {
      readonly arguments: readonly string[];
      readonly timeoutMs: number;
      readonly environment?: Readonly<Record<string, string>> | undefined;
      readonly signal?: AbortSignal | undefined;
    },
  ): Promise<HostCommandResult>;
}
