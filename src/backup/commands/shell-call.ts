import type { CommandShell } from "./item-commands.ts";

/** A program with its arguments, as `HostCommands.run` takes them. */
export interface ShellCall {
  readonly program: string;
  readonly arguments: readonly string[];
  readonly verbatimArguments?: true;
}

/**
 * The shell that reads a user's line, which is handed over as it was typed. `cmd.exe /s` takes off exactly the first and the
 * last quotation mark of what follows `/c` (`cmd /?`), so the line must not be quoted a second time; `/d` leaves out AutoRun.
 */
export function shellCall(text: string, shell: CommandShell): ShellCall {
  if (shell === "sh") return { program: "/bin/sh", arguments: ["-c", text] };
  return { program: "cmd.exe", arguments: ["/d", "/s", "/c", `"${text}"`], verbatimArguments: true };
}
