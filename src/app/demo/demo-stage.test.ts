import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname } from "node:path";
import { test } from "node:test";
import { noEvents } from "../../base/index.ts";
import { SYSTEM_WORLD } from "../compose.ts";
import { DemoProofError } from "../errors.ts";
import type { UseCaseContext } from "../use-cases/context.ts";
import { DemoStage, exactPath } from "./demo-stage.ts";
import type { DemoTeller } from "./demo-story.ts";

const CONTEXT: UseCaseContext = {
  world: SYSTEM_WORLD,
  events: noEvents,
  signal: new AbortController().signal,
};

function tellerInto(said: string[]): DemoTeller {
  const hear = (text: string): void => void said.push(text);
  return { chapter: hear, sentence: hear, proof: hear, forecast: () => undefined, amount: String };
}

test("`exactPath()` names files as an exact restore lays them out", () => {
  assert.equal(exactPath("D:\\Machines\\web01\\web01.vhdx"), "D/Machines/web01/web01.vhdx");
  assert.equal(exactPath("C:\\a b.vmcx"), "C/a b.vmcx");
});

test("`DemoStage` plays in a temporary folder, which is gone afterwards", async () => {
  let folder = "";
  {
    await using stage = await DemoStage.open(CONTEXT, { scale: 0.1, tell: tellerInto([]) });
    folder = stage.folder;
    assert.equal(dirname(folder), tmpdir());
    assert.ok(existsSync(stage.native("D:\\Machines\\web01\\web01.vhdx")));
    assert.ok(stage.context.stateDir?.startsWith(folder), "the user's own journal is left alone");
  }
  assert.ok(!existsSync(folder));
});

test("`DemoStage` that is kept says where it is, and stays", async () => {
  const said: string[] = [];
  let folder = "";
  {
    await using stage = await DemoStage.open(CONTEXT, { scale: 0.1, keep: true, tell: tellerInto(said) });
    folder = stage.folder;
  }
  assert.ok(existsSync(folder));
  assert.ok(said[0]?.includes(folder));
  await rm(folder, { recursive: true });
});

test("`prove()` tells what holds, and ends the demonstration with what does not", async () => {
  const said: string[] = [];
  await using stage = await DemoStage.open(CONTEXT, { scale: 0.1, tell: tellerInto(said) });
  stage.prove("one is one", { holds: true, otherwise: "it is two" });
  assert.throws(
    () => stage.prove("one is two", { holds: false, otherwise: "it is one" }),
    (error) => error instanceof DemoProofError && error.message === "Cannot prove that one is two: it is one",
  );
  assert.deepEqual([said, stage.proofs], [["one is one"], ["one is one"]]);
});
