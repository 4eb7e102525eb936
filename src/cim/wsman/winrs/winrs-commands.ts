import {
  type Clock,
  InterruptedError,
  KIB,
  StillpointError,
  throwIfInterrupted,
} from "../../../base/index.ts";
import { HostShellError } from "../errors.ts";
import { type FaultFacts, WSMAN_CODE } from "../messages/fault.ts";
import { ACTION } from "../soap/actions.ts";
import { RESOURCE } from "../soap/addresses.ts";
import { errorOf, WsmanCaller, type WsmanCallerOptions } from "../wsman-caller.ts";
import { quoteArgument } from "./quote-argument.ts";
import {
  COMMAND_OPTIONS,
  commandBody,
  readCommandId,
  readOutputBody,
  readShellId,
  receiveBody,
  SHELL_OPTIONS,
  type ShellOutput,
  shellBody,
  signalBody,
} from "./shell-messages.ts";

export interface WinrsResult {
  readonly exitCode: number;
  readonly output: string;
  readonly errorOutput: string;
}

export interface WinrsRunOptions {
  readonly arguments: readonly string[];
  readonly timeoutMs: number;
  /** The arguments are joined with spaces as they are; see `HostCommands`. */
  readonly verbatimArguments?: true | undefined;
  readonly environment?: Readonly<Record<string, string>> | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface WinrsCommandsOptions extends WsmanCallerOptions {
  readonly clock: Clock;
}

const OUTPUT_LIMIT_BYTES = 1024 * KIB; // for each of the two streams
const FILE_NOT_FOUND = 2;
const FILE_NOT_FOUND_HRESULT = 0x80070002;
const SHORTEST_RECEIVE_MS = 1_000; // asking more often brings nothing
const TIDYING_MS = 20_000; // a host that does not answer is left to forget the shell by itself
const LONGEST_LINE = 8_191; // characters, of a Windows command line that a shell takes

/** What one stream said, up to a bound: the rest is dropped. */
class KeptOutput {
  readonly #parts: Uint8Array[] = [];
  #left = OUTPUT_LIMIT_BYTES;
  #dropped = 0;

  add(bytes: Uint8Array): void {
    const kept = bytes.subarray(0, this.#left);
    this.#left -= kept.length;
    this.#dropped += bytes.length - kept.length;
    if (kept.length > 0) this.#parts.push(kept.slice()); // a view, also an empty one, would keep all of it in memory
  }

  toString(): string {
    const text = Buffer.concat(this.#parts).toString("utf8");
    return this.#dropped === 0 ? text : `${text}\n[${this.#dropped} more bytes were not kept]\n`;
  }
}

/**
 * Programs on the host through a remote shell (WinRS), in the form of the HostCommands port. Each run has a shell of its
 * own, which is deleted with all that runs in it. Takes the transport over; give it one of its own, because waiting for
 * output keeps it busy for up to a minute.
 */
export class WinrsCommands implements AsyncDisposable {
  readonly #caller: WsmanCaller;
  readonly #options: WinrsCommandsOptions;

  constructor(options: WinrsCommandsOptions) {
    this.#caller = new WsmanCaller(options);
    this.#options = options;
  }

  /** @throws {HostShellError} when it cannot be started or does not end in time, {InterruptedError} */
  async run(program: string, options: WinrsRunOptions): Promise<WinrsResult> {
    throwIfInterrupted(options.signal);
    const isVerbatim = options.verbatimArguments === true;
    const line = [
      quoteArgument(program),
      ...(isVerbatim ? options.arguments : options.arguments.map(quoteArgument)),
    ];
    if (line.join(" ").length > LONGEST_LINE) {
      throw new HostShellError(
        `Cannot run "${program}": its arguments are longer than a Windows command line`,
        {
          program,
          reason: "failed",
        },
      );
    }
    const created = await this.#call(ACTION.create, {
      body: shellBody({ environment: options.environment ?? {} }),
      options: SHELL_OPTIONS,
      signal: options.signal,
    });
    const shell = { ShellId: readShellId(created) };
    try {
      return await this.#runIn(shell, { program, line, options });
    } finally {
      await this.#tidy(ACTION.delete, { selectors: shell });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#options.transport[Symbol.asyncDispose]();
  }

  async #runIn(
    shell: { readonly ShellId: string },
    command: {
      readonly program: string;
      readonly line: readonly string[];
      readonly options: WinrsRunOptions;
    },
  ): Promise<WinrsResult> {
    const { program, line, options } = command;
    const [quoted = "", ...rest] = line;
    const started = await this.#ask(ACTION.command, {
      body: commandBody(quoted, rest),
      selectors: shell,
      options: COMMAND_OPTIONS,
      signal: options.signal,
    });
    if (started.kind === "fault") throw startFailure({ program, action: ACTION.command }, started.facts);
    const commandId = readCommandId(started.body);
    try {
      return await this.#follow({ shell, commandId, program }, options);
    } finally {
      await this.#tidy(ACTION.signal, { selectors: shell, body: signalBody(commandId, "terminate") });
    }
  }

  async #follow(
    running: {
      readonly shell: { readonly ShellId: string };
      readonly commandId: string;
      readonly program: string;
    },
    options: WinrsRunOptions,
  ): Promise<WinrsResult> {
    const { clock } = this.#options;
    const deadline = clock.monotonicMs() + options.timeoutMs;
    const kept = { stdout: new KeptOutput(), stderr: new KeptOutput() };
    for (let isFirst = true; ; isFirst = false) {
      const leftMs = Math.max(Math.ceil(deadline - clock.monotonicMs()), SHORTEST_RECEIVE_MS);
      const limits = { operationTimeoutMs: leftMs, signal: options.signal };
      const said = await this.#receive({ ...running, isFirst }, limits);
      for (const { name, bytes } of said.streams) kept[name].add(bytes);
      if (said.exitCode !== undefined) {
        return {
          exitCode: said.exitCode,
          output: kept.stdout.toString(),
          errorOutput: kept.stderr.toString(),
        };
      }
      if (clock.monotonicMs() >= deadline) {
        const { program } = running;
        throw new HostShellError(`Cannot run "${program}": it took longer than ${options.timeoutMs} ms`, {
          program,
          reason: "timeout",
        });
      }
    }
  }

  /** The host answers when the operation's time is over at the latest; that nothing was said by then is no failure. */
  async #receive(
    running: {
      readonly shell: { readonly ShellId: string };
      readonly commandId: string;
      readonly program: string;
      readonly isFirst: boolean;
    },
    limits: { readonly operationTimeoutMs: number; readonly signal: AbortSignal | undefined },
  ): Promise<ShellOutput> {
    const reply = await this.#ask(ACTION.receive, {
      body: receiveBody(running.commandId),
      selectors: running.shell,
      options: { WSMAN_CMDSHELL_OPTION_KEEPALIVE: "TRUE" },
      ...limits,
    });
    if (reply.kind === "answer") return readOutputBody(reply.body);
    if (reply.facts.wsmanCode === WSMAN_CODE.operationTimedOut) return { streams: [], exitCode: undefined };
    // once it was heard of, a program that is there misses something else
    if (!running.isFirst)
      throw errorOf({ action: ACTION.receive, resourceUri: RESOURCE.commandShell }, reply.facts);
    throw startFailure({ program: running.program, action: ACTION.receive }, reply.facts);
  }

  /** Best effort: a shell that nobody uses is removed by the host itself. Never interrupted. */
  async #tidy(
    action: string,
    call: Pick<Parameters<WsmanCaller["ask"]>[0], "selectors" | "body">,
  ): Promise<void> {
    try {
      await this.#ask(action, { operationTimeoutMs: TIDYING_MS, ...call });
    } catch (error) {
      if (!(error instanceof StillpointError) || error instanceof InterruptedError) throw error;
    }
  }

  async #ask(
    action: string,
    call: Omit<Parameters<WsmanCaller["ask"]>[0], "action" | "resourceUri">,
  ): ReturnType<WsmanCaller["ask"]> {
    return await this.#caller.ask({ action, resourceUri: RESOURCE.commandShell, ...call });
  }

  async #call(
    action: string,
    call: Omit<Parameters<WsmanCaller["ask"]>[0], "action" | "resourceUri">,
  ): ReturnType<WsmanCaller["call"]> {
    return await this.#caller.call({ action, resourceUri: RESOURCE.commandShell, ...call });
  }
}

/** A host may say that there is no such program only when output is asked for (`wsman-start-failure`). */
function startFailure(
  { program, action }: { readonly program: string; readonly action: string },
  facts: FaultFacts,
): Error {
  const isMissing = facts.wsmanCode === FILE_NOT_FOUND || facts.code === FILE_NOT_FOUND_HRESULT;
  if (!isMissing) return errorOf({ action, resourceUri: RESOURCE.commandShell }, facts);
  return new HostShellError(`Cannot run "${program}": there is no such program on the host`, {
    program,
    reason: "missing",
  });
}
