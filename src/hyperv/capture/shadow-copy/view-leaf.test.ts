import assert from "node:assert/strict";
import { test } from "node:test";
import { InternalError, InterruptedError, StillpointError } from "../../../base/index.ts";
import { MemoryFiles } from "../../testing/memory-files.ts";
import { viewLeafOf } from "./view-leaf.ts";

const LEAF = "D:\\M\\m.vhdx";
const RECOVERED = "D:\\M\\m_1-AutoRecovery.avhdx";

class BrokenChain extends StillpointError {
  readonly code = "disk-parent-missing";
  readonly retry = "later";
}

test("`viewLeafOf()` without a recovered disk is the leaf itself", async () => {
  const files = new MemoryFiles({ [LEAF]: "", "D:\\M\\m_1.avhdx": "", "D:\\N\\m-AutoRecovery.avhdx": "" });
  assert.deepEqual(await viewLeafOf(files, LEAF, {}), { path: LEAF, isRecovered: false, others: [] });
});

test("`viewLeafOf()` takes the recovered disk whose chain leads to the leaf", async () => {
  const other = "D:\\M\\other-AutoRecovery.avhdx";
  const files = new MemoryFiles({ [LEAF]: "", [RECOVERED]: "", [other]: "" });
  const chains: Record<string, readonly string[]> = {
    [RECOVERED]: [RECOVERED, "D:\\M\\m_1.avhdx", "d:\\m\\M.VHDX"],
    [other]: [other, "D:\\M\\other.vhdx"],
  };
  const chainOf = async (_: unknown, leaf: string): Promise<readonly string[]> => chains[leaf] ?? [];
  const found = await viewLeafOf(files, LEAF, { chainOf });
  assert.deepEqual(found, { path: RECOVERED, isRecovered: true, others: [] });
});

test("`viewLeafOf()` passes over what an older backup left, and not over an interruption", async () => {
  const files = new MemoryFiles({ [LEAF]: "", [RECOVERED]: "" });
  const failing = (error: Error) => async (): Promise<readonly string[]> => {
    throw error;
  };
  const broken = await viewLeafOf(files, LEAF, { chainOf: failing(new BrokenChain("gone")) });
  assert.equal(broken.path, LEAF);
  await assert.rejects(
    viewLeafOf(files, LEAF, { chainOf: failing(new InterruptedError("stop")) }),
    InterruptedError,
  );
  await assert.rejects(viewLeafOf(files, LEAF, { chainOf: failing(new TypeError("bug")) }), TypeError);
  assert.equal((await viewLeafOf(files, LEAF, { chainOf: failing(new InternalError("bug")) })).path, LEAF);
});

test("`viewLeafOf()` goes by names where nobody follows chains, and names all that fit", async () => {
  const second = "D:\\M\\m_2-autorecovery.avhdx";
  const files = new MemoryFiles({
    [LEAF]: "",
    [RECOVERED]: "",
    [second]: "",
    "D:\\M\\x-AutoRecovery.avhdx": "",
  });
  const found = await viewLeafOf(files, LEAF, {});
  assert.equal(found.isRecovered, true);
  assert.deepEqual([found.path, ...found.others].sort(), [RECOVERED, second]);
});
