import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { noEvents } from "../../base/index.ts";
import { SYSTEM_WORLD } from "../compose.ts";
import { DemoProofError } from "../errors.ts";
import { initVault } from "../use-cases/vaults.ts";
import { backUpAll, type ObservedBackup } from "./demo-backup.ts";
import { proveLiveDiffers, restoreAsExport, restoreExactly } from "./demo-restores.ts";
import { DemoStage } from "./demo-stage.ts";
import type { HeldState } from "./held-state.ts";

const silent = { chapter: () => {}, sentence: () => {}, proof: () => {}, forecast: () => {}, amount: String };

describe("the demonstration's proofs", () => {
  const context = { world: SYSTEM_WORLD, events: noEvents, signal: new AbortController().signal };
  let stage: DemoStage;
  let backup: ObservedBackup;

  before(async () => {
    stage = await DemoStage.open(context, { scale: 0.1, tell: silent });
    await initVault(stage.vault, stage.context);
    backup = await backUpAll(stage, async () => undefined);
  });
  after(async () => await stage[Symbol.asyncDispose]());

  /** The same backup, with another memory of what a machine was. */
  function misremembered(machine: string, change: (held: HeldState) => Partial<HeldState>): ObservedBackup {
    const held = backup.held.get(machine);
    assert.ok(held);
    return { ...backup, held: new Map([[machine, { ...held, ...change(held) }]]) };
  }

  test("`restoreExactly()` names the file whose hash is another one", async () => {
    const path = "D/Machines/web01/web01-data.vhdx";
    const wrong = misremembered("web01", ({ hashes }) => {
      assert.match(hashes.get(path) ?? "", /^[0-9a-f]{64}$/);
      return { hashes: new Map([...hashes, [path, "0".repeat(64)]]) };
    });
    await assert.rejects(
      restoreExactly(stage, { backup: wrong, machine: "web01", to: "a" }),
      (error) => error instanceof DemoProofError && error.message.endsWith(`: ${path} differs`),
    );
  });

  test("`restoreAsExport()` finds a guest's view that is another one", async () => {
    const wrong = misremembered("db01", ({ view }) => ({ view: { ...view, sha256: "0".repeat(64) } }));
    await assert.rejects(restoreAsExport(stage, { backup: wrong, machine: "db01", to: "b" }), DemoProofError);
  });

  test("`proveLiveDiffers()` does not claim a difference where no guest has written", async () => {
    await assert.rejects(
      proveLiveDiffers(stage, { backup, machine: "web01", to: "c" }),
      (error) => error instanceof DemoProofError && error.message.endsWith("it has the same content"),
    );
  });

  test("`restoreExactly()` and `restoreAsExport()` refuse a machine without a restore point", async () => {
    const what = { backup, machine: "web02", to: "d" };
    await assert.rejects(restoreExactly(stage, what), DemoProofError);
    await assert.rejects(restoreAsExport(stage, what), DemoProofError);
  });
});
