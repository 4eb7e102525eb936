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
      /**
       * The arguments are joined with spaces as they are, for programs such as `cmd.exe` that read the line by rules of
       * their own. Without it each argument arrives as it is. No difference where programs get arguments one by one.
       */
      readonly verbatimArguments?: true | undefined;
      readonly environment?: Readonly<Record<string, string>> | undefined;
      readonly signal?: AbortSignal | undefined;
    },
  ): Promise<HostCommandResult>;
}
