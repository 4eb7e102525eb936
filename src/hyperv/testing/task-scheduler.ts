import {
  HostCommandError,
  type HostCommandResult,
  type HostCommands,
  type HostFiles,
} from "../../places/index.ts";

/** A host whose only program is schtasks.exe; it keeps the tasks with the text that each was made from. */
export class TaskScheduler implements HostCommands {
  readonly tasks = new Map<string, string>();
  readonly #files: HostFiles;
  /** Called before each call; gives the exit code of one that fails. */
  onCall: (verb: string) => number | undefined = () => undefined;

  constructor(files: HostFiles) {
    this.#files = files;
  }

  async run(program: string, options: { readonly arguments: readonly string[] }): Promise<HostCommandResult> {
    if (program !== "schtasks.exe") {
      throw new HostCommandError(`Cannot run "${program}": it is not there`, { program, reason: "missing" });
    }
    const [verb = "", , name = "", , file = ""] = options.arguments;
    const exitCode = this.onCall(verb) ?? (await this.#act(verb, name, file));
    return { exitCode, output: "", errorOutput: exitCode === 0 ? "" : "ERROR: refused\r\n" };
  }

  async #act(verb: string, name: string, file: string): Promise<number> {
    if (verb === "/create") {
      this.tasks.set(name, await this.#text(file));
      return 0;
    }
    if (verb === "/delete") return this.tasks.delete(name) ? 0 : 1;
    return this.tasks.has(name) ? 0 : 1;
  }

  async #text(path: string): Promise<string> {
    await using source = await this.#files.open(path);
    const bytes = Buffer.alloc(source.sizeBytes);
    await source.read(bytes, 0);
    return bytes.toString("utf16le");
  }
}
