import { CimFault, optionalTextOf } from "../../../cim/index.ts";
import { windowsFileName, windowsPathKey } from "../../../places/index.ts";
import { CIMV2, CLASS } from "../../cim-names.ts";
import type { CleanUpReport, WaitOptions } from "../../machine-host.ts";
import type { HostAccess } from "../host-access.ts";
import { pauses } from "../pauses.ts";
import { type ListedShadow, readShadows } from "./diskshadow-output.ts";
import { LISTING } from "./diskshadow-script.ts";
import { shadowsInLog } from "./make-shadow-copy.ts";
import { releaseShadowCopy } from "./release-shadow-copy.ts";
import { removeUnended } from "./remove-unended.ts";
import { runDiskshadow } from "./run-diskshadow.ts";
import type { ShadowFacts } from "./shadow-custody.ts";

/** How long a diskshadow of a killed run is waited for. */
const PROGRAM_LIMIT_MS = 45 * 60_000;
const LISTING_LIMIT_MS = 5 * 60_000;

/**
 * Finds what an entry speaks of, removes it, and strikes the entry. A diskshadow that outlived its run is waited for:
 * `end backup` is in its script, and nobody else can send it. Whose a set is, only the entry or diskshadow's own log can
 * say; a shadow copy that merely fits is told, and left alone, as is the entry.
 */
export async function cleanShadowEntry(
  access: HostAccess,
  facts: ShadowFacts,
  options: WaitOptions = {},
): Promise<CleanUpReport> {
  const name = `machine "${facts.machineName}"`;
  if (!(await programEnded(access, facts, options))) {
    const sentence = `a diskshadow of run ${facts.run} still is at work on this host`;
    return { removed: [], leftBehind: [`${name}: ${sentence}`] };
  }
  const known = await withLogged(access, facts);
  const unended = await removeUnended(access, known, options);
  const isKnown = known.set !== undefined || known.shadows.length > 0;
  const fitting = isKnown ? [] : await fittingShadows(access, facts);
  if (fitting.length > 0) {
    const ids = fitting.map(({ id }) => id).join(", ");
    const sentence = `the shadow copies ${ids} may be of run ${facts.run}; that cannot be told, so they stay`;
    return { removed: [], leftBehind: [...unended.leftBehind, sentence].map((one) => `${name}: ${one}`) };
  }
  const { leftBehind } = await releaseShadowCopy(access, known, unended.leftBehind);
  const removed =
    isKnown && leftBehind.length === 0 ? [`${name}: its shadow copies of run ${facts.run}`] : [];
  return { removed, leftBehind };
}

/** The script's name is in the command line of its process. */
async function programEnded(access: HostAccess, facts: ShadowFacts, options: WaitOptions): Promise<boolean> {
  const script = windowsFileName(facts.paths.script).toLowerCase();
  const deadline = access.clock.monotonicMs() + PROGRAM_LIMIT_MS;
  for (const pause of pauses()) {
    const lines = await commandLines(access, options);
    if (!lines.some((line) => line.toLowerCase().includes(script))) return true;
    if (access.clock.monotonicMs() >= deadline) return false;
    await access.clock.sleep(pause, options);
  }
  return false;
}

/** A host that does not show its processes proves nothing; then the log decides as it is. */
async function commandLines(access: HostAccess, options: WaitOptions): Promise<readonly string[]> {
  try {
    const rows = await Array.fromAsync(
      access.session.query(CIMV2, `SELECT * FROM ${CLASS.process}`, options),
    );
    return rows.map((row) => optionalTextOf(row, "CommandLine") ?? "");
  } catch (error) {
    if (error instanceof CimFault) return [];
    throw error;
  }
}

async function withLogged(access: HostAccess, facts: ShadowFacts): Promise<ShadowFacts> {
  if (facts.set !== undefined || (facts.volumes ?? []).length === 0) return facts;
  const logged = await shadowsInLog(access, facts.paths.log);
  const [first] = logged;
  if (first === undefined) return facts;
  const shadows = logged.map(({ id }) => id);
  await access.journal.amend(
    facts.entry,
    first.set === undefined ? { shadows } : { set: first.set, shadows },
  );
  return { ...facts, set: first.set, shadows };
}

/** New shadow copies of exactly the volumes that were asked for. */
async function fittingShadows(access: HostAccess, facts: ShadowFacts): Promise<readonly ListedShadow[]> {
  const volumes = facts.volumes ?? [];
  if (volumes.length === 0) return [];
  const listing = await runDiskshadow(access, facts.paths, { script: LISTING, timeoutMs: LISTING_LIMIT_MS });
  const news = readShadows(listing.output).filter(({ id }) => !facts.before.includes(id));
  const wanted = new Set(volumes.map(windowsPathKey));
  const sets = Map.groupBy(news, ({ set }) => set);
  const fits = (shadows: readonly ListedShadow[]): boolean =>
    shadows.length === wanted.size &&
    shadows.every(({ mount }) => mount !== undefined && wanted.has(windowsPathKey(mount)));
  return [...sets.values()].filter(fits).flat();
}
