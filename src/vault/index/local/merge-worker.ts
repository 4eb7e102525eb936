import { parentPort, workerData } from "node:worker_threads";
import { LocalIndexDamagedError } from "./errors.ts";
import { isOfSystem } from "./is-of-system.ts";
import { mergeGroup } from "./merge-group.ts";
import type { MergeNews, MergeOrder } from "./merge-order.ts";
import { RunFile } from "./run-file.ts";

tell({ kind: perform(workerData as MergeOrder) });

function perform({ runs, vault, present, place }: MergeOrder): "merged" | "damaged" | "failed" {
  using opened = new DisposableStack();
  const group: RunFile[] = [];
  for (const path of runs) {
    try {
      group.push(opened.use(RunFile.open(path, vault)));
    } catch (error) {
      if (!(error instanceof LocalIndexDamagedError) && !isOfSystem(error)) throw error;
      return "failed"; // another program merged or deleted it: the next opening sees what there is
    }
  }
  return mergeGroup(group, {
    present,
    place,
    onProgress: (doneChunks) => {
      tell({ kind: "merging", doneChunks });
    },
  });
}

function tell(news: MergeNews): void {
  parentPort?.postMessage(news, []);
}
