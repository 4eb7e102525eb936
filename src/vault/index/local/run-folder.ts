import { randomBytes } from "node:crypto";
import { mkdirSync, readdirSync, unlinkSync } from "node:fs";
import { join } from "node:path";
import { hexFromBytes } from "../../../base/index.ts";
import { LocalIndexDamagedError } from "./errors.ts";
import { RunFile } from "./run-file.ts";
import type { RunPlace } from "./write-run.ts";

const RUN = ".run";
const DRAFT = /^[0-9a-f]+\.([0-9]+)(?:-([0-9a-f]+))?(\.merge)?\.draft$/;
/** Tells this program from those before it that had its number: in a container each may be the first. */
const PROGRAM: string = randomBytes(4).toString("hex");
/** Another program may have merged what was listed. */
const MOST_LISTINGS = 5;

/**
 * The folder of a vault's runs. Runs never change, have their names when they are whole, and each says which segments it
 * holds: so programs share the folder without locks, and any file may be deleted at any time.
 */
export class RunFolder {
  readonly path: string;
  readonly #vault: Uint8Array;

  /** Made when missing. */
  constructor(path: string, vault: Uint8Array) {
    this.path = path;
    this.#vault = vault;
    mkdirSync(path, { recursive: true, mode: 0o700 });
  }

  /**
   * The runs that are used, the largest first, open; whoever asked disposes of them. A segment is in one of them at most. What is damaged,
   * or says what larger runs say, is deleted.
   */
  open(): readonly RunFile[] {
    this.#dropDrafts();
    for (let listing = 1; ; listing++) {
      const { runs, isComplete } = this.#openListed();
      if (isComplete || listing === MOST_LISTINGS) return withoutOverlap(runs);
      for (const run of runs) run[Symbol.dispose]();
    }
  }

  /** Opens a run that was just written. */
  openRun(path: string): RunFile {
    return RunFile.open(path, this.#vault);
  }

  /** Whether any program is about to write a large merge: a second one would be in vain. */
  get isMerging(): boolean {
    return readdirSync(this.path).some((name) => {
      const [, owner, program, isMerge] = DRAFT.exec(name) ?? [];
      return isMerge !== undefined && isRunning(Number(owner), program);
    });
  }

  /** Names that nobody else takes, in whatever program: chance of the system, since several may run with one seed in tests. */
  newPlace(filterBytes: number): RunPlace {
    const random = randomBytes(12);
    const name = hexFromBytes(random);
    return {
      run: random.readUInt32LE(0),
      vault: this.#vault,
      draft: join(this.path, `${name}.${process.pid}-${PROGRAM}.draft`),
      path: join(this.path, `${name}${RUN}`),
      filterDraft: join(this.path, `${name}f.${process.pid}-${PROGRAM}.draft`),
      filterBytes,
    };
  }

  /** The same, where it says to others that runs are merged here. */
  newMergePlace(filterBytes: number): RunPlace {
    const place = this.newPlace(filterBytes);
    return { ...place, draft: place.draft.replace(/\.draft$/, ".merge.draft") };
  }

  #openListed(): { readonly runs: readonly RunFile[]; readonly isComplete: boolean } {
    const runs: RunFile[] = [];
    let isComplete = true;
    for (const name of readdirSync(this.path)) {
      if (!name.endsWith(RUN)) continue;
      const path = join(this.path, name);
      try {
        runs.push(this.openRun(path));
      } catch (error) {
        if (error instanceof LocalIndexDamagedError) drop(path);
        else if (isMissing(error)) isComplete = false;
        else throw error;
      }
    }
    runs.sort((some, other) => other.chunkCount - some.chunkCount);
    return { runs, isComplete };
  }

  /** What programs that do not run any more were writing. */
  #dropDrafts(): void {
    for (const name of readdirSync(this.path)) {
      const [, owner, program] = DRAFT.exec(name) ?? [];
      if (owner !== undefined && !isRunning(Number(owner), program)) drop(join(this.path, name));
    }
  }
}

function withoutOverlap(runs: readonly RunFile[]): readonly RunFile[] {
  const held = new Set<string>();
  return runs.filter((run) => {
    try {
      const segments = run.segments().map(({ digest }) => hexFromBytes(digest));
      if (segments.length > 0 && segments.every((segment) => !held.has(segment))) {
        for (const segment of segments) held.add(segment);
        return true;
      }
    } catch (error) {
      if (!(error instanceof LocalIndexDamagedError)) throw error;
    }
    run.remove();
    run[Symbol.dispose]();
    return false;
  });
}

function drop(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if (!isMissing(error) && (error as NodeJS.ErrnoException).code !== "EPERM") throw error;
  }
}

function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === "ENOENT";
}

function isRunning(pid: number, program: string | undefined): boolean {
  if (pid === process.pid) return program === PROGRAM;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
