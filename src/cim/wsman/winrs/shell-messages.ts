import { CimAnswerError } from "../../index.ts";
import {
  childOf,
  childrenOf,
  findBelow,
  textIn,
  withAttributes,
  type XmlElement,
  type XmlSource,
  xml,
} from "../../text/index.ts";
import { ANONYMOUS, RESOURCE } from "../soap/addresses.ts";
import { NS } from "../soap/namespaces.ts";

/** Options of a shell and of a command ([MS-WSMV] 3.1.4.5.2, 3.1.4.11). */
export const SHELL_OPTIONS = { WINRS_NOPROFILE: "TRUE", WINRS_CODEPAGE: "65001" };
/** The program is started as it is: no `cmd.exe` reads the line first. */
export const COMMAND_OPTIONS = { WINRS_CONSOLEMODE_STDIN: "TRUE", WINRS_SKIP_CMD_SHELL: "TRUE" };

const STATE = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell/CommandState/";
const SIGNAL = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell/signal/";

/** [MS-WSMV] 2.2.5.6, those that end something. */
export type ShellSignal = "terminate" | "ctrl_c";

/** A piece of what a command said, or its end. */
export interface ShellOutput {
  readonly streams: readonly { readonly name: "stdout" | "stderr"; readonly bytes: Uint8Array }[];
  /** Undefined while it runs. */
  readonly exitCode: number | undefined;
}

/** [MS-WSMV] 2.2.4.37. */
export function shellBody(options: { readonly environment: Readonly<Record<string, string>> }): XmlSource {
  const variables = Object.entries(options.environment).map(([name, value]) =>
    withAttributes(xml(NS.rsp, "Variable", value), { Name: name }),
  );
  return xml(
    NS.rsp,
    "Shell",
    variables.length === 0 ? undefined : xml(NS.rsp, "Environment", ...variables),
    xml(NS.rsp, "InputStreams", "stdin"),
    xml(NS.rsp, "OutputStreams", "stdout stderr"),
  );
}

export function readShellBody(body: XmlElement | undefined): {
  readonly environment: Readonly<Record<string, string>>;
} {
  const variables = childrenOf(childOf(body, NS.rsp, "Environment"), NS.rsp, "Variable");
  return {
    environment: Object.fromEntries(variables.map((one) => [one.attributes.get("Name") ?? "", one.text])),
  };
}

/** The new shell as a resource ([MS-WSMV] 4.7.1). */
export function shellCreatedBody(shellId: string): XmlSource {
  const selector = withAttributes(xml(NS.w, "Selector", shellId), { Name: "ShellId" });
  return xml(
    NS.x,
    "ResourceCreated",
    xml(NS.a, "Address", ANONYMOUS),
    xml(
      NS.a,
      "ReferenceParameters",
      xml(NS.w, "ResourceURI", RESOURCE.commandShell),
      xml(NS.w, "SelectorSet", selector),
    ),
  );
}

/** @throws {CimAnswerError} */
export function readShellId(body: XmlElement | undefined): string {
  const selector = findBelow(
    body,
    ({ uri, name, attributes }) =>
      uri === NS.w && name === "Selector" && attributes.get("Name") === "ShellId",
  );
  if (selector === undefined) throw new CimAnswerError("Cannot use the host's new shell: it has no id");
  return selector.text.trim();
}

/** [MS-WSMV] 2.2.4.7. */
export function commandBody(program: string, commandArguments: readonly string[]): XmlSource {
  const items = commandArguments.map((argument) => xml(NS.rsp, "Arguments", argument));
  return xml(NS.rsp, "CommandLine", xml(NS.rsp, "Command", program), ...items);
}

/** @throws {CimAnswerError} */
export function readCommandBody(body: XmlElement | undefined): {
  readonly program: string;
  readonly arguments: readonly string[];
} {
  const program = textIn(body, NS.rsp, "Command");
  if (program === undefined) throw new CimAnswerError("Cannot read a command: it names no program");
  return { program, arguments: childrenOf(body, NS.rsp, "Arguments").map(({ text }) => text) };
}

export function commandStartedBody(commandId: string): XmlSource {
  return xml(NS.rsp, "CommandResponse", xml(NS.rsp, "CommandId", commandId));
}

/** @throws {CimAnswerError} */
export function readCommandId(body: XmlElement | undefined): string {
  const id = textIn(body, NS.rsp, "CommandId");
  if (id === undefined) throw new CimAnswerError("Cannot follow a command of the host: it has no id");
  return id;
}

/** [MS-WSMV] 2.2.4.32: what goes to standard input; `end` closes it. */
export function sendBody(
  commandId: string,
  input: { readonly bytes: Uint8Array; readonly end: "open" | "end" },
): XmlSource {
  const stream = withAttributes(xml(NS.rsp, "Stream", Buffer.from(input.bytes).toString("base64")), {
    Name: "stdin",
    CommandId: commandId,
    ...(input.end === "end" ? { End: "TRUE" } : {}),
  });
  return xml(NS.rsp, "Send", stream);
}

/** What arrives at standard input. */
export function readSendBody(body: XmlElement | undefined): {
  readonly commandId: string;
  readonly bytes: Uint8Array;
  readonly end: "open" | "end";
} {
  const stream = childOf(body, NS.rsp, "Stream");
  return {
    commandId: stream?.attributes.get("CommandId") ?? "",
    bytes: new Uint8Array(Buffer.from(stream?.text ?? "", "base64")),
    end: /^(?:true|1)$/i.test(stream?.attributes.get("End") ?? "") ? "end" : "open",
  };
}

/** [MS-WSMV] 2.2.4.26. */
export function receiveBody(commandId: string): XmlSource {
  const desired = withAttributes(xml(NS.rsp, "DesiredStream", "stdout stderr"), { CommandId: commandId });
  return xml(NS.rsp, "Receive", desired);
}

/** Whose output is asked for. */
export function readReceiveBody(body: XmlElement | undefined): string {
  return childOf(body, NS.rsp, "DesiredStream")?.attributes.get("CommandId") ?? "";
}

/** [MS-WSMV] 2.2.4.27. */
export function outputBody(commandId: string, output: ShellOutput): XmlSource {
  const streams = output.streams.map(({ name, bytes }) =>
    withAttributes(xml(NS.rsp, "Stream", Buffer.from(bytes).toString("base64")), {
      Name: name,
      CommandId: commandId,
    }),
  );
  const { exitCode } = output;
  const state = withAttributes(
    xml(
      NS.rsp,
      "CommandState",
      exitCode === undefined ? undefined : xml(NS.rsp, "ExitCode", String(exitCode)),
    ),
    { CommandId: commandId, State: `${STATE}${exitCode === undefined ? "Running" : "Done"}` },
  );
  return xml(NS.rsp, "ReceiveResponse", ...streams, state);
}

/** @throws {CimAnswerError} */
export function readOutputBody(body: XmlElement | undefined): ShellOutput {
  if (body?.uri !== NS.rsp || body.name !== "ReceiveResponse") {
    throw new CimAnswerError("Cannot read what a command of the host says: the answer holds no output");
  }
  const streams = childrenOf(body, NS.rsp, "Stream").map(
    ({ attributes, text }): ShellOutput["streams"][number] => ({
      name: attributes.get("Name") === "stderr" ? "stderr" : "stdout",
      bytes: new Uint8Array(Buffer.from(text, "base64")),
    }),
  );
  const state = childOf(body, NS.rsp, "CommandState");
  // while it runs, the exit code is there too and means nothing ([MS-WSMV] 4.7.3)
  if (state?.attributes.get("State") !== `${STATE}Done`) return { streams, exitCode: undefined };
  const exitCode = Number(textIn(state, NS.rsp, "ExitCode") ?? Number.NaN);
  if (!Number.isInteger(exitCode)) {
    throw new CimAnswerError("Cannot tell how a command of the host ended: it has no exit code");
  }
  return { streams, exitCode };
}

/** [MS-WSMV] 2.2.4.38. */
export function signalBody(commandId: string, signal: ShellSignal): XmlSource {
  return withAttributes(xml(NS.rsp, "Signal", xml(NS.rsp, "Code", `${SIGNAL}${signal}`)), {
    CommandId: commandId,
  });
}

/** Which command is to end. */
export function readSignalBody(body: XmlElement | undefined): {
  readonly commandId: string;
  readonly code: string;
} {
  return {
    commandId: body?.attributes.get("CommandId") ?? "",
    code: (textIn(body, NS.rsp, "Code") ?? "").replace(SIGNAL, ""),
  };
}
