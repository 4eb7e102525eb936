import { LONGEST_NAME, type Naming, nameLength, targetNameKey } from "./target-name.ts";

const PARTIAL = ".partial";
const REPORT = ".salvaged.jsonl";

/** Names for what a restore writes beside its files. None is given twice, and none is a file's or a folder's of the restore. */
export class NamesBeside {
  readonly #naming: Naming;
  readonly #taken = new Set<string>();
  readonly #given = new Map<string, string>();

  /** `paths` are all that are written, below the folder, with `/` between names. */
  constructor(paths: Iterable<string>, naming: Naming) {
    this.#naming = naming;
    for (const path of paths) {
      const names = path.split("/");
      for (let depth = 1; depth <= names.length; depth++) this.#taken.add(this.#key(names.slice(0, depth)));
    }
  }

  /** The file's until all of it is there and durable. */
  partialOf(path: string): string {
    return this.#beside(path, PARTIAL);
  }

  /** Of the list of what could not be read of the file. */
  reportOf(path: string): string {
    return this.#beside(path, REPORT);
  }

  #beside(path: string, ending: string): string {
    const wanted = path + ending;
    const known = this.#given.get(wanted);
    if (known !== undefined) return known;
    const folder = path.split("/").slice(0, -1);
    const name = path.slice(path.lastIndexOf("/") + 1);
    let names = [...folder, this.#fitting(name, ending)];
    for (let n = 2; this.#taken.has(this.#key(names)); n++)
      names = [...folder, this.#fitting(name, `-${n}${ending}`)];
    this.#taken.add(this.#key(names));
    const beside = names.join("/");
    this.#given.set(wanted, beside);
    return beside;
  }

  /** Names may be as long as a file system takes them: then something of them has to make room. */
  #fitting(name: string, ending: string): string {
    const characters = Array.from(name);
    while (nameLength(characters.join("") + ending, this.#naming) > LONGEST_NAME) characters.pop();
    return characters.join("") + ending;
  }

  #key(names: readonly string[]): string {
    return names.map((name) => targetNameKey(name, this.#naming)).join("/");
  }
}
