import { type Clock, type Entropy, InterruptedError, newGuid } from "../../../base/index.ts";
import { type XmlSource, xml } from "../../text/index.ts";
import { WSMAN_CODE } from "../messages/fault.ts";
import { ACTION } from "../soap/actions.ts";
import { RESOURCE } from "../soap/addresses.ts";
import { NS } from "../soap/namespaces.ts";
import type { ReadRequest } from "../soap/request-envelope.ts";
import {
  commandStartedBody,
  outputBody,
  readCommandBody,
  readReceiveBody,
  readSendBody,
  readShellBody,
  readSignalBody,
  shellCreatedBody,
} from "../winrs/shell-messages.ts";
import type { WinrsResult } from "../winrs/winrs-commands.ts";
import { WsmanFaultError } from "./wsman-fault-error.ts";

export interface ShellServiceOptions {
  /** Runs one program to its end. `line` is program and arguments as they came, each quoted as its client quoted it. */
  readonly run: (command: {
    readonly line: readonly string[];
    /** Whether `cmd.exe` reads the line first (WINRS_SKIP_CMD_SHELL is not set). */
    readonly reader: "cmd" | "none";
    readonly environment: Readonly<Record<string, string>>;
    readonly signal: AbortSignal;
  }) => Promise<WinrsResult>;
  /** MaxShellsPerUser and MaxProcessesPerShell. */
  readonly maxShells?: number | undefined;
  readonly maxCommands?: number | undefined;
  readonly clock: Clock;
  readonly entropy: Entropy;
}

interface RunningCommand {
  readonly stop: AbortController;
  readonly ended: Promise<WinrsResult>;
  /** Set at its end. */
  result: WinrsResult | undefined;
}

interface Shell {
  readonly environment: Readonly<Record<string, string>>;
  readonly commands: Map<string, RunningCommand>;
}

/** What a receive takes off the operation's time-out, so that the answer is there before it. */
const RECEIVE_MARGIN_MS = 500;
/** A program that has not failed by then has started. */
const START_MS = 250;

/** A host's side of WinRS: shells with commands, above anything that runs programs. No standard input is passed on. */
export class ShellService {
  readonly #options: ShellServiceOptions;
  readonly #shells = new Map<string, Shell>();

  constructor(options: ShellServiceOptions) {
    this.#options = options;
  }

  /** Shells that were made and not deleted. */
  get openShells(): number {
    return this.#shells.size;
  }

  /** The answer's body, for `CimServiceOptions.other`. */
  async answer(request: ReadRequest): Promise<XmlSource | undefined> {
    if (request.resourceUri !== RESOURCE.commandShell) throw unknown("resource");
    if (request.action === ACTION.create) return this.#create(request);
    return await this.#within(request);
  }

  async #within(request: ReadRequest): Promise<XmlSource | undefined> {
    const id = request.selectors["ShellId"] ?? "";
    const shell = this.#shells.get(id);
    if (shell === undefined) throw unknown("shell");
    switch (request.action) {
      case ACTION.command:
        return await this.#command(shell, request);
      case ACTION.receive:
        return await this.#receive(shell, request);
      case ACTION.send:
        commandIn(shell, readSendBody(request.body).commandId);
        return xml(NS.rsp, "SendResponse");
      case ACTION.signal:
        return signalled(shell, readSignalBody(request.body));
      case ACTION.delete:
        for (const { stop } of shell.commands.values()) stop.abort();
        this.#shells.delete(id);
        return undefined;
      default:
        throw unknown("action");
    }
  }

  #create(request: ReadRequest): XmlSource {
    const { maxShells } = this.#options;
    if (maxShells !== undefined && this.#shells.size >= maxShells)
      throw new WsmanFaultError(
        WSMAN_CODE.tooManyShells,
        `there are ${maxShells} shells already`,
        "QuotaLimit",
      );
    const id = newGuid(this.#options.entropy).toUpperCase();
    this.#shells.set(id, { ...readShellBody(request.body), commands: new Map() });
    return shellCreatedBody(id);
  }

  /** A program that cannot be started is refused here, as CreateProcess does. */
  async #command(shell: Shell, request: ReadRequest): Promise<XmlSource> {
    const { maxCommands } = this.#options;
    if (maxCommands !== undefined && shell.commands.size >= maxCommands)
      throw new WsmanFaultError(
        WSMAN_CODE.tooManyOperations,
        `the shell runs ${maxCommands} programs already`,
        "QuotaLimit",
      );
    const command = readCommandBody(request.body);
    const id = newGuid(this.#options.entropy).toUpperCase();
    const stop = new AbortController();
    const line = [command.program, ...command.arguments];
    const ended = this.#options.run({
      line,
      reader: /^(?:true|1)$/i.test(request.options["WINRS_SKIP_CMD_SHELL"] ?? "") ? "none" : "cmd",
      environment: shell.environment,
      signal: stop.signal,
    });
    const running: RunningCommand = { stop, ended, result: undefined };
    ended.then(
      (result) => {
        running.result = result;
        return result;
      },
      () => undefined, // `#receive` meets it again
    );
    shell.commands.set(id, running);
    try {
      await this.#inTime(START_MS, ended);
    } catch (error) {
      shell.commands.delete(id);
      throw error;
    }
    return commandStartedBody(id);
  }

  async #receive(shell: Shell, request: ReadRequest): Promise<XmlSource> {
    const id = readReceiveBody(request.body);
    const command = commandIn(shell, id);
    const result =
      command.result ?? (await this.#inTime(request.operationTimeoutMs - RECEIVE_MARGIN_MS, command.ended));
    if (result === undefined) {
      throw new WsmanFaultError(
        WSMAN_CODE.operationTimedOut,
        "nothing was said within the operation's time-out",
      );
    }
    const streams = [
      { name: "stdout", bytes: new Uint8Array(Buffer.from(result.output)) } as const,
      { name: "stderr", bytes: new Uint8Array(Buffer.from(result.errorOutput)) } as const,
    ].filter(({ bytes }) => bytes.length > 0);
    return outputBody(id, { streams, exitCode: result.exitCode });
  }

  async #inTime<T>(milliseconds: number, promise: Promise<T>): Promise<T | undefined> {
    const stop = new AbortController();
    const over = this.#options.clock
      .sleep(Math.max(0, milliseconds), { signal: stop.signal })
      .catch((error: unknown) => {
        if (!(error instanceof InterruptedError)) throw error;
      });
    try {
      return await Promise.race([promise, over.then(() => undefined)]);
    } finally {
      stop.abort();
    }
  }
}

/** A program that is told to end is forgotten: its client reads no more of it. */
function signalled(shell: Shell, signal: { readonly commandId: string; readonly code: string }): XmlSource {
  commandIn(shell, signal.commandId).stop.abort();
  if (signal.code === "terminate") shell.commands.delete(signal.commandId);
  return xml(NS.rsp, "SignalResponse");
}

function commandIn(shell: Shell, id: string): RunningCommand {
  const found = shell.commands.get(id);
  if (found === undefined) throw unknown("command");
  return found;
}

function unknown(what: string): WsmanFaultError {
  return new WsmanFaultError(WSMAN_CODE.unexpectedSelectors, `there is no such ${what}`);
}
