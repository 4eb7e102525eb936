import { StillpointError } from "../../../base/index.ts";
import { HostFileError } from "../../../places/index.ts";
import type { HostAccess } from "../host-access.ts";
import type { Released } from "../release-checkpoint.ts";
import { readShadows } from "./diskshadow-output.ts";
import { deletionScript, LISTING } from "./diskshadow-script.ts";
import { standingShares, withdrawShares } from "./expose-shadows.ts";
import { runDiskshadow } from "./run-diskshadow.ts";
import type { ShadowFacts } from "./shadow-custody.ts";

/** A file that somebody still has open in a shadow copy may keep it for a while. */
const RETRY_PAUSES_MS = [0, 500, 2_000, 8_000];
const DELETION_LIMIT_MS = 15 * 60_000;

/**
 * Removes our shadow copies and the files that we made for them, looks that nothing is left, and strikes the journal
 * entry. Where something is left the entry stays, and the next start tries again. Failures are sentences, never thrown.
 * `alsoLeft` has what is left of the same entry besides.
 */
export async function releaseShadowCopy(
  access: HostAccess,
  facts: ShadowFacts,
  alsoLeft: readonly string[] = [],
): Promise<Released> {
  const leftBehind = [...alsoLeft];
  try {
    await withdrawShares(access, facts);
    if (facts.shadows.length > 0 || facts.set !== undefined)
      leftBehind.push(...(await removeSet(access, facts)));
    leftBehind.push(...(await standingShares(access, facts)));
    leftBehind.push(...(await removeFiles(access, facts)));
    if (leftBehind.length === 0) await access.journal.strike(facts.entry);
  } catch (error) {
    if (!(error instanceof StillpointError)) throw error;
    leftBehind.push(`whether its shadow copies ${namesOf(facts)} are gone is not known: ${error.message}`);
  }
  return {
    leftBehind: leftBehind.map((sentence) => `machine "${facts.machineName}": ${sentence}`),
    warnings: [],
  };
}

/** Deletes, then lists: what is listed no more is gone. */
async function removeSet(access: HostAccess, facts: ShadowFacts): Promise<readonly string[]> {
  const { paths } = facts;
  let state = "";
  for (const pause of RETRY_PAUSES_MS) {
    if (pause > 0) await access.clock.sleep(pause);
    const timeoutMs = DELETION_LIMIT_MS;
    const deletion = await runDiskshadow(access, paths, { script: deletionScript(facts), timeoutMs });
    const listing = await runDiskshadow(access, paths, { script: LISTING, timeoutMs });
    const standing = readShadows(listing.output).filter((shadow) => isOurs(shadow, facts));
    const isTold = listing.exitCode === 0 || deletion.exitCode === 0;
    if (standing.length === 0 && isTold) return [];
    state = standing.length > 0 ? "stand" : "may stand: the host cannot list shadow copies";
  }
  return [`its shadow copies ${namesOf(facts)} ${state}`];
}

function isOurs(
  shadow: { readonly id: string; readonly set?: string | undefined },
  facts: ShadowFacts,
): boolean {
  return (
    facts.shadows.some((id) => id === shadow.id) || (facts.set !== undefined && shadow.set === facts.set)
  );
}

async function removeFiles(access: HostAccess, facts: ShadowFacts): Promise<readonly string[]> {
  const { script, log, metadata } = facts.paths;
  const left: string[] = [];
  for (const path of [script, log, metadata]) {
    try {
      await access.files.remove(path);
    } catch (error) {
      if (!(error instanceof HostFileError)) throw error;
      left.push(`the file "${path}" could not be removed: ${error.message}`);
    }
  }
  return left;
}

function namesOf(facts: ShadowFacts): string {
  return facts.set === undefined ? facts.shadows.join(", ") : `of set {${facts.set}}`;
}
