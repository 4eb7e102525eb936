import { InterruptedError } from "../../base/index.ts";
import { type ShellServiceOptions, WSMAN_CODE, WsmanFaultError } from "../../cim/wsman/index.ts";
import { HostCommandError, type HostCommands } from "../../places/index.ts";
import { splitCommandLine } from "./split-command-line.ts";

const LONGEST_RUN_MS = 7_200_000; // a shell's IdleTimeout: hyperv-facts 9.2

/**
 * Runs the programs of remote shells on the host. What the host does not have is refused by `cmd.exe` with its own words
 * where it reads the line, else by the service as CreateProcess refuses it.
 */
export function hostShell(commands: HostCommands): ShellServiceOptions["run"] {
  return async ({ line, reader, environment, signal }) => {
    const { program, arguments: rest } = callIn(line.join(" "));
    try {
      return await commands.run(program, {
        arguments: rest,
        timeoutMs: LONGEST_RUN_MS,
        environment,
        signal,
      });
    } catch (error) {
      if (error instanceof InterruptedError) {
        throw new WsmanFaultError(WSMAN_CODE.operationAborted, "the program was told to end");
      }
      if (!(error instanceof HostCommandError)) throw error;
      if (error.reason === "missing" && reader === "cmd") return unknownToCmd(program);
      if (error.reason === "missing")
        throw new WsmanFaultError(WSMAN_CODE.fileNotFound, "The system cannot find the file specified.");
      return { exitCode: 1, output: "", errorOutput: `${error.message}\r\n` };
    }
  };
}

/** What follows /c is read by cmd.exe itself, so it is not taken apart here. */
function callIn(line: string): { readonly program: string; readonly arguments: readonly string[] } {
  const cmd = /^\s*"?(cmd(?:\.exe)?)"?\s+((?:\/\w+\s+)*\/[ck])\s+(.+)$/is.exec(line);
  if (cmd !== null) {
    const [, program = "", switches = "", text = ""] = cmd;
    return { program, arguments: [...splitCommandLine(switches), text] };
  }
  const [program = "", ...rest] = splitCommandLine(line);
  return { program, arguments: rest };
}

function unknownToCmd(program: string): { exitCode: number; output: string; errorOutput: string } {
  return {
    exitCode: 1,
    output: "",
    errorOutput: `'${program}' is not recognized as an internal or external command,\r\noperable program or batch file.\r\n`,
  };
}
