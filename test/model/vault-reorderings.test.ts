import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { SeededEntropy } from "../../src/base/testing/index.ts";
import { judgeCrashes } from "./judge-crash.ts";
import { RECORDED } from "./recorded-lives.ts";

const SEED = Number(process.env["STILLPOINT_SEED"] ?? 20261124);

/** These wait for each answer. */
const WAITS = new Set(["repair", "repair of damaged packs", "rotation of a passphrase"]);

describe(`a crash while storage calls are on their way, in any order that is legal (seed ${SEED})`, () => {
  for (const [name, record] of Object.entries(RECORDED)) {
    test(`${name}: every state that it can leave is whole`, async () => {
      const life = await record(SEED);
      const overlaps = life.storage.calls.some((call) =>
        life.storage.calls.some((other) => other.begun > call.begun && other.begun < call.answered),
      );
      assert.ok(overlaps || WAITS.has(name), "some calls are on their way together");
      const budget = { random: new SeededEntropy(SEED), draws: 8, share: 1, goOn: 0.05 };
      const count = await judgeCrashes(life, budget);
      assert.ok(count > life.storage.calls.length, `${count} states of ${life.storage.calls.length} calls`);
    });
  }
});
