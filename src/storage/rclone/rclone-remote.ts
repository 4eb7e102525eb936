import { type Clock, type Entropy, InterruptedError, throwIfInterrupted } from "../../base/index.ts";
import { StorageError } from "../errors.ts";
import { OneConnection } from "../one-connection.ts";
import { askControl } from "./ask-control.ts";
import { askObjects, type ObjectAnswer, type ObjectRequest } from "./ask-objects.ts";
import { type RcloneAction, storageErrorFromLine, storageErrorFromStatus } from "./rclone-errors.ts";
import { type RcloneLaunch, type RclonePlace, rcloneRoot } from "./rclone-place.ts";
import { RcloneProcess } from "./rclone-process.ts";

export interface RcloneRemoteOptions {
  readonly launch: RcloneLaunch;
  readonly clock: Clock;
  readonly entropy: Entropy;
}

/** What a folder of the remote has. */
export interface RcloneEntry {
  readonly name: string;
  readonly isFolder: boolean;
  readonly sizeBytes: number;
  /** Milliseconds since 1970, by the remote's clock; undefined where it does not say. */
  readonly modifiedMs: number | undefined;
}

/** A place behind rclone: one process, started anew when it was lost. */
export class RcloneRemote implements AsyncDisposable {
  readonly root: string;
  readonly #process: OneConnection<RcloneProcess>;

  constructor(place: RclonePlace, options: RcloneRemoteOptions) {
    const root = rcloneRoot(place);
    this.root = root;
    this.#process = new OneConnection(async () => await RcloneProcess.start({ ...options, root }));
  }

  /** A request for an object. Other answers than the good ones are errors, unless they are named. */
  async ask(
    action: RcloneAction,
    request: Omit<ObjectRequest, "signal"> & { readonly alsoFine?: readonly number[] },
  ): Promise<ObjectAnswer> {
    return await this.#on(action, async (process) => {
      const answer = await askObjects(process, { ...request, signal: action.signal });
      const isFine =
        (answer.status >= 200 && answer.status < 300) || request.alsoFine?.includes(answer.status);
      if (isFine) return answer;
      throw storageErrorFromStatus(answer.status, action, process.complaint(request.path));
    });
  }

  /** A command about the place. */
  async command(
    action: RcloneAction,
    command: string,
    fields: Readonly<Record<string, unknown>>,
  ): Promise<Readonly<Record<string, unknown>>> {
    return await this.#on(action, async (process) => {
      const answer = await askControl(process.control, { command, fields, signal: action.signal });
      if (answer.status === 200) return answer.fields;
      const said = answer.fields["error"];
      throw storageErrorFromStatus(
        answer.status,
        action,
        typeof said === "string" ? process.quote(said) : undefined,
      );
    });
  }

  /** The entries of one folder; empty is the place itself. @throws {StorageError} of the action when it is not there */
  async entries(action: RcloneAction, folder: string): Promise<RcloneEntry[]> {
    const fields = { fs: this.root, remote: folder, opt: { noMimeType: true } };
    const { list } = await this.command(action, "operations/list", fields);
    if (list === null || list === undefined) return []; // Go's way of writing an empty list
    if (!Array.isArray(list))
      throw new StorageError(`Cannot list "${action.name}": rclone's answer is no list`);
    return (list as readonly ListedEntry[]).map((entry) => ({
      name: entry.Name,
      isFolder: entry.IsDir,
      sizeBytes: entry.Size,
      modifiedMs: modifiedFrom(entry.ModTime),
    }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process[Symbol.asyncDispose]();
  }

  async #on<T>(action: RcloneAction, run: (process: RcloneProcess) => Promise<T>): Promise<T> {
    throwIfInterrupted(action.signal);
    const process = await this.#process.get();
    try {
      return await run(process);
    } catch (error) {
      if (action.signal?.aborted) {
        await process.endIfHung();
        throw new InterruptedError("Cannot go on: interrupted", { cause: error });
      }
      throw storageErrorFromLine(error, action, process.complaint(""));
    }
  }
}

interface ListedEntry {
  readonly Name: string;
  readonly Size: number;
  readonly ModTime?: string;
  readonly IsDir: boolean;
}

function modifiedFrom(text: string | undefined): number | undefined {
  const at = text === undefined ? Number.NaN : Date.parse(text);
  return Number.isNaN(at) ? undefined : at;
}
