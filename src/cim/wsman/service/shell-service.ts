import { type Clock, type Entropy, InterruptedError, newGuid } from "../../../base/index.ts";
import { WSMAN_CODE } from "../messages/fault.ts";
import { ACTION } from "../soap/actions.ts";
import { RESOURCE } from "../soap/addresses.ts";
import { NS } from "../soap/namespaces.ts";
import type { ReadRequest } from "../soap/request-envelope.ts";
import { type XmlSource, xml } from "../soap/write-xml.ts";
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
    readonly environment: Readonly<Record<string, string>>;
    readonly signal: AbortSignal;
  }) => Promise<WinrsResult>;
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
    const id = request.selectors["ShellId"] ?? "";
    const shell = this.#shells.get(id);
    if (shell === undefined) throw unknown("shell");
    switch (request.action) {
      case ACTION.command:
        return this.#command(shell, request);
      case ACTION.receive:
        return await this.#receive(shell, request);
      case ACTION.send:
        commandIn(shell, readSendBody(request.body).commandId);
        return xml(NS.rsp, "SendResponse");
      case ACTION.signal:
        commandIn(shell, readSignalBody(request.body).commandId).stop.abort();
        return xml(NS.rsp, "SignalResponse");
      case ACTION.delete:
        for (const { stop } of shell.commands.values()) stop.abort();
        this.#shells.delete(id);
        return undefined;
      default:
        throw unknown("action");
    }
  }

  #create(request: ReadRequest): XmlSource {
    const id = newGuid(this.#options.entropy).toUpperCase();
    this.#shells.set(id, { ...readShellBody(request.body), commands: new Map() });
    return shellCreatedBody(id);
  }

  #command(shell: Shell, request: ReadRequest): XmlSource {
    const command = readCommandBody(request.body);
    const id = newGuid(this.#options.entropy).toUpperCase();
    const stop = new AbortController();
    const line = [command.program, ...command.arguments];
    const ended = this.#options.run({ line, environment: shell.environment, signal: stop.signal });
    const running: RunningCommand = { stop, ended, result: undefined };
    ended.then(
      (result) => {
        running.result = result;
        return result;
      },
      () => undefined, // `#receive` meets it again
    );
    shell.commands.set(id, running);
    return commandStartedBody(id);
  }

  async #receive(shell: Shell, request: ReadRequest): Promise<XmlSource> {
    const id = readReceiveBody(request.body);
    const command = commandIn(shell, id);
    const result = command.result ?? (await this.#within(request.operationTimeoutMs, command.ended));
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

  async #within<T>(milliseconds: number, promise: Promise<T>): Promise<T | undefined> {
    const stop = new AbortController();
    const over = this.#options.clock
      .sleep(Math.max(0, milliseconds - RECEIVE_MARGIN_MS), { signal: stop.signal })
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

function commandIn(shell: Shell, id: string): RunningCommand {
  const found = shell.commands.get(id);
  if (found === undefined) throw unknown("command");
  return found;
}

function unknown(what: string): WsmanFaultError {
  return new WsmanFaultError(WSMAN_CODE.unexpectedSelectors, `there is no such ${what}`);
}
