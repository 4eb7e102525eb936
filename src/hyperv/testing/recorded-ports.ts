import type { CimSession } from "../../cim/index.ts";
import type { HostCommands, HostFiles } from "../../places/index.ts";

/** The ports of a host that write down what goes through them. */
export interface RecordedPorts {
  readonly session: CimSession;
  readonly files: HostFiles;
  readonly commands: HostCommands;
  /**
   * What was said to the host, in order; the same thing several times in a row stands once. Methods are `Class.Method`;
   * `read` is any query, `job` and `watch` are looks at a host job and at a machine's state; diskshadow's scripts go by the
   * names of docs/host-protocol.md, other programs with their first argument.
   */
  readonly trace: () => readonly string[];
  /** The arguments of each method call, in order. */
  readonly calls: readonly { readonly name: string; readonly arguments: Readonly<Record<string, unknown>> }[];
  /** The paths that were opened. */
  readonly opened: readonly string[];
}

/** Passes everything on. */
export function recordedPorts(ports: Pick<RecordedPorts, "session" | "files" | "commands">): RecordedPorts {
  const said: string[] = [];
  const calls: RecordedPorts["calls"][number][] = [];
  const opened: string[] = [];
  const note = (what: string): void => {
    if (said.at(-1) !== what) said.push(what);
  };
  const { session, files, commands } = ports;
  return {
    trace: () => said,
    calls,
    opened,
    session: {
      query: (namespace, wql, options) => {
        note("read");
        return session.query(namespace, wql, options);
      },
      get: async (reference, options) => {
        note(lookAt(reference.className));
        return await session.get(reference, options);
      },
      associators: (reference, options) => {
        note(reference.className.endsWith("Job") ? "job" : "read");
        return session.associators(reference, options);
      },
      invoke: async (reference, method, input) => {
        const name = `${reference.className}.${method}`;
        note(name);
        calls.push({ name, arguments: input.arguments });
        return await session.invoke(reference, method, input);
      },
      [Symbol.asyncDispose]: async () => {
        await session[Symbol.asyncDispose]();
      },
    },
    files: {
      ...passedOn(files),
      open: async (path) => {
        opened.push(path);
        return await files.open(path);
      },
    },
    commands: {
      run: async (program, options) => {
        note(await programName(files, program, options.arguments));
        return await commands.run(program, options);
      },
    },
  };
}

function lookAt(className: string): string {
  if (className.endsWith("Job")) return "job";
  return className === "Msvm_ComputerSystem" ? "watch" : "read";
}

function passedOn(files: HostFiles): Omit<HostFiles, "open"> {
  return {
    list: async (path) => await files.list(path),
    stat: async (path) => await files.stat(path),
    create: async (path) => await files.create(path),
    remove: async (path) => await files.remove(path),
  };
}

async function programName(
  files: HostFiles,
  program: string,
  [first = "", second = ""]: readonly string[],
): Promise<string> {
  const name = program.toLowerCase().replace(/^.*\\|\.exe$/g, "");
  return `${name} ${name === "diskshadow" ? await scriptName(files, second) : first}`.trim();
}

async function scriptName(files: HostFiles, path: string): Promise<string> {
  await using source = await files.open(path);
  const bytes = new Uint8Array(source.sizeBytes);
  await source.read(bytes, 0);
  const text = new TextDecoder().decode(bytes);
  if (/^create\r?$/m.test(text)) return "creation";
  if (/^delete shadows/m.test(text)) return "deletion";
  return text.startsWith("list writers") ? "inspection" : "listing";
}
