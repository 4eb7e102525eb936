import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { posix } from "../testing/kill-points.ts";
import { KillChain } from "./kill-chain.ts";

const SEED = Number(process.env["STILLPOINT_SEED"] ?? 20261127);
const KILLS = Number(process.env["STILLPOINT_KILLS"] ?? 50);

test(
  `a vault whose programs are killed with SIGKILL ${KILLS} times keeps what it promised (seed ${SEED})`,
  posix,
  async (context) => {
    const root = mkdtempSync(join(tmpdir(), "stillpoint-kills-"));
    context.after(() => rmSync(root, { recursive: true }));
    const chain = await KillChain.create(join(root, "vault"), SEED);
    const seen = new Set<string>();
    for (let steps = 1; chain.kills < KILLS; steps++) {
      assert.ok(steps <= 2 * KILLS, `${chain.kills} kills in ${steps} steps`);
      const { operation, moment, isKilled } = await chain.step();
      if (isKilled) seen.add(operation).add(moment);
      if (steps % 10 === 0) await chain.tidy();
    }
    await chain.tidy();
    if (KILLS >= 50) assert.ok(seen.size >= 3 + 4, [...seen].join(", ")); // moments, and most of the operations
  },
);
