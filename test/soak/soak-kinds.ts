import { join } from "node:path";
import { SeededEntropy } from "../../src/base/testing/index.ts";
import { openSmallVault } from "../../src/vault/testing/index.ts";
import { BAD_STORES } from "../model/bad-stores.ts";
import { type FlipPlace, flipPlaces, withFlipped } from "../model/flip-places.ts";
import { fullVault } from "../model/full-vault.ts";
import { judgeCrashes } from "../model/judge-crash.ts";
import {
  assertFound,
  assertMends,
  assertNothingWrongRestored,
  assertPruneLaundersNothing,
} from "../model/judge-damage.ts";
import { KillChain } from "../model/kill-chain.ts";
import { RandomLife } from "../model/random-life.ts";
import { RECORDED } from "../model/recorded-lives.ts";
import { RepairWorld } from "../model/repair-world.ts";
import { ScheduleWorld } from "../model/schedule-world.ts";
import { killProgram } from "./kill-program.ts";
import type { Counts, SoakKind } from "./soak-kind.ts";

/** Into so many parts the flips of one vault are divided: a round is one part, and the next seed the next part. */
const FLIP_PARTS = 64;
const CHAIN_STEPS = 20;
/** How many ways are drawn where more than three calls are on their way together. */
const DRAWS = 200;

async function schedules(seed: number): Promise<Counts> {
  const world = new ScheduleWorld(seed);
  await world.live();
  await world.assertNothingLost();
  return { schedules: 1, "programs killed": world.killed, "sessions ended": world.lostSessions };
}

async function repairSchedules(seed: number): Promise<Counts> {
  const world = new RepairWorld(seed);
  await world.live();
  await world.assertHealed();
  return { schedules: 1, "objects damaged": world.damaged, "programs killed": world.killed };
}

async function reorderings(seed: number): Promise<Counts> {
  const random = new SeededEntropy(seed);
  const names = Object.keys(RECORDED);
  const record = RECORDED[names[seed % names.length] ?? ""];
  if (record === undefined) return {};
  const life = await record(seed);
  return { "crash states": await judgeCrashes(life, { random, draws: DRAWS, share: 1, goOn: 0.1 }) };
}

async function flips(seed: number): Promise<Counts> {
  const of = Math.floor(seed / FLIP_PARTS);
  const full = await fullVault(of, { parity: of % 2 === 0 });
  await using vault = await openSmallVault(full.storage);
  const places = [...flipPlaces(full.storage, new SeededEntropy(seed))];
  const length = Math.ceil(places.length / FLIP_PARTS);
  const part = places.slice(length * (seed % FLIP_PARTS)).slice(0, length);
  for (const [n, place] of part.entries()) {
    const damage = { what: nameOf(place), objects: [place.name] };
    await withFlipped(full.storage, place, async () => {
      await assertFound(vault, full, damage);
      if (n % 8 === 0) await assertNothingWrongRestored(full, damage);
      if (n % 64 === 0) await assertPruneLaundersNothing(full, damage);
      if (n % 64 === 32) await assertMends(full, damage);
    });
  }
  return { flips: part.length };
}

function nameOf({ name, at, bit }: FlipPlace): string {
  return `bit ${bit} of byte ${at} of ${name}`;
}

async function killChain(seed: number, folder: string): Promise<Counts> {
  const chain = await KillChain.create(join(folder, "vault"), seed);
  for (let step = 0; step < CHAIN_STEPS; step++) await chain.step();
  await chain.tidy();
  return {
    kills: chain.kills,
    ...Object.fromEntries([...chain.killsOf].map(([operation, kills]) => [`of ${operation}`, kills])),
  };
}

/** The seed chooses the store too. */
async function lives(seed: number): Promise<Counts> {
  const stores = Object.values(BAD_STORES);
  const life = new RandomLife(seed, { actions: 30, faults: stores[seed % stores.length] ?? {}, share: 0.2 });
  await life.live();
  await life.assertRecovers();
  return { lives: 1, ...life.counts };
}

export const SOAK_KINDS: readonly SoakKind[] = [
  { name: "kills of the program", weight: 3, round: killProgram },
  { name: "kills at storage calls", weight: 7, round: killChain },
  { name: "schedules", weight: 2, round: schedules },
  { name: "schedules of repairs", weight: 1, round: repairSchedules },
  { name: "reorderings", weight: 7, round: reorderings },
  { name: "flips", weight: 2, round: flips },
  { name: "lives", weight: 2, round: lives },
];
