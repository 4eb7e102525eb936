import { windowsNameKey } from "../../places/index.ts";
import { hostFileName } from "../host-path.ts";

/** Finds the disks of a folder by the paths that they had on the host that wrote a configuration. */
export class FolderDisks {
  readonly #paths: readonly string[];

  constructor(paths: readonly string[]) {
    this.#paths = paths;
  }

  /** The disk of the same name; of several, the one whose folders agree longest from the end. */
  find(hostPath: string): string | undefined {
    const name = windowsNameKey(hostFileName(hostPath));
    const named = this.#paths.filter((path) => windowsNameKey(hostFileName(path)) === name);
    const rank = (path: string): number => sameTail(namesFromEnd(path), namesFromEnd(hostPath));
    return named.sort((a, b) => rank(b) - rank(a))[0];
  }
}

function namesFromEnd(path: string): readonly string[] {
  return path.split(/[\\/]/).map(windowsNameKey).toReversed();
}

function sameTail(a: readonly string[], b: readonly string[]): number {
  const different = a.findIndex((name, at) => name !== b[at]);
  return different < 0 ? a.length : different;
}
