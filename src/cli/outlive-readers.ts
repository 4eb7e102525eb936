import { OutputFailedError } from "../app/index.ts";

/** Whoever read has left: `| head`, a closed terminal. */
const GONE: ReadonlySet<string | undefined> = new Set(["EPIPE", "EIO"]);

/** What became of standard output and standard error. */
export interface OutputWatch {
  /** Set when something that somebody still wants to read could not be written. Waits for what was written last. */
  failure(): Promise<OutputFailedError | undefined>;
}

/** Lets the program outlive its readers: work goes on to its end, and what is held is let go, though nobody reads on. */
export function outliveReaders(): OutputWatch {
  let failure: OutputFailedError | undefined;
  const streams = [process.stdout, process.stderr];
  for (const stream of streams) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (GONE.has(error.code)) return;
      failure ??= new OutputFailedError(`Cannot write the output: ${error.message}`, { cause: error });
    });
  }
  return {
    async failure() {
      for (const stream of streams) await new Promise((resolve) => stream.write("", resolve));
      return failure;
    },
  };
}
