import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { MergeThread } from "./merge-thread.ts";
import { RunFolder } from "./run-folder.ts";

const scratch = mkdtempSync(join(tmpdir(), "stillpoint-thread-"));
after(() => {
  rmSync(scratch, { recursive: true, force: true });
});

const vault = new Uint8Array(16);
const folder = new RunFolder(scratch, vault);

function thread(): { readonly merge: MergeThread; readonly drafts: readonly string[] } {
  const place = folder.newMergePlace(0);
  const drafts = [place.draft, place.filterDraft];
  const merge = new MergeThread({ vault, runs: [join(scratch, "none.run")], present: new Set(), place });
  return { merge, drafts };
}

test("`MergeThread` has dropped its drafts when it is ended: a thread that is behind cannot name them any more", async () => {
  const { merge, drafts } = thread();
  for (const draft of drafts) writeFileSync(draft, "begun");
  merge[Symbol.dispose]();
  assert.deepEqual(drafts.map(existsSync), [false, false]);
  assert.equal(await merge.outcome, "ended");
});

test("`MergeThread` fails where another program has taken a run away, and leaves nothing", async () => {
  const { merge, drafts } = thread();
  assert.equal(await merge.wait(undefined, () => undefined), "failed");
  assert.deepEqual(drafts.map(existsSync), [false, false]);
});

test("`MergeThread.wait()` ends with its signal, before and while it waits", async () => {
  const before = thread().merge;
  assert.equal(await before.wait(AbortSignal.abort(), () => undefined), "ended");
  const abort = new AbortController();
  const waiting = thread().merge.wait(abort.signal, () => undefined);
  abort.abort();
  assert.equal(await waiting, "ended");
});
