import { readBytes } from "../../../disk/index.ts";
import { HostFileError, windowsPathKey } from "../../../places/index.ts";
import type { HostAccess } from "../host-access.ts";
import { type ListedShadow, logText, readShadows } from "./diskshadow-output.ts";
import { creationScript, type WantedVolume } from "./diskshadow-script.ts";
import { type Exposure, exposeShadows } from "./expose-shadows.ts";
import { runDiskshadow } from "./run-diskshadow.ts";
import type { ShadowCustody } from "./shadow-custody.ts";
import type { ShadowedVolume } from "./shadow-view.ts";
import { shadowsNamedIn } from "./shadows-named-in.ts";
import { readVssFailure } from "./vss-failure.ts";
import type { ListedWriter } from "./writer-listing.ts";

export type ShadowOutcome = Exposure;

export interface ShadowRequest {
  readonly volumes: readonly WantedVolume[];
  readonly writers: readonly ListedWriter[];
  /** Full names of the components of other machines. */
  readonly otherComponents: readonly string[];
}

/** Guests may take minutes to hold still, and a large machine to be saved; beyond this nobody is at work any more. */
const MAKING_LIMIT_MS = 45 * 60_000;
const LONGEST_LOG_BYTES = 4 * 1024 * 1024;

/** Makes the shadow copies and finds out under which devices they can be read. The journal learns their ids. */
export async function makeShadowCopy(
  access: HostAccess,
  custody: ShadowCustody,
  request: ShadowRequest,
): Promise<ShadowOutcome> {
  const { volumes } = request;
  const { paths } = custody.facts;
  await custody.amend({ volumes: volumes.map(({ root }) => root) });
  const script = creationScript({
    metadataPath: paths.metadata,
    volumes,
    excludedWriters: request.writers.map(({ id }) => id),
    excludedComponents: request.otherComponents,
  });
  const result = await runDiskshadow(access, paths, { script, timeoutMs: MAKING_LIMIT_MS, withLog: true });
  const listed = await listedOf(access, paths.log, { output: result.output, wanted: volumes });
  const [first] = listed;
  const ended = result.exitCode === 0;
  if (first !== undefined) {
    await custody.amend({ set: first.set, shadows: listed.map(({ id }) => id), ended });
  }
  const pairs = pairUp(volumes, listed);
  if (result.exitCode === 0 && pairs !== undefined)
    return await exposeShadows(access, custody, { volumes: pairs, listed });
  // what failed without a shadow copy has made none: nobody needs to look for one
  if (result.exitCode !== 0 && first === undefined) await custody.amend({ volumes: [] });
  const failure = readVssFailure(result);
  if (result.exitCode !== 0) return { kind: "failed", failure };
  const sentence = "diskshadow says that it is done, and does not say where the shadow copies are";
  return { kind: "failed", failure: { ...failure, sentence } };
}

/** The shadow copies that diskshadow logged; none when there is no log. */
export async function shadowsInLog(access: HostAccess, path: string): Promise<readonly ListedShadow[]> {
  if ((await access.files.stat(path)) === undefined) return [];
  await using source = await access.files.open(path);
  const length = Math.min(source.sizeBytes, LONGEST_LOG_BYTES);
  const text = logText(await readBytes(source, source.sizeBytes - length, length));
  const listed = readShadows(text);
  return listed.length > 0 ? listed : await shadowsNamedIn(access, text);
}

/** Output is kept up to a bound only; the log has all of it. */
async function listedOf(
  access: HostAccess,
  log: string,
  printed: { readonly output: string; readonly wanted: readonly WantedVolume[] },
): Promise<readonly ListedShadow[]> {
  const listed = readShadows(printed.output);
  if (pairUp(printed.wanted, listed) !== undefined) return listed;
  try {
    const logged = await shadowsInLog(access, log);
    return logged.length > listed.length ? logged : listed;
  } catch (error) {
    if (error instanceof HostFileError) return listed;
    throw error;
  }
}

/** Which device shows which volume: by our alias, by where the original is mounted, else by order; undefined if unclear. */
function pairUp(
  volumes: readonly WantedVolume[],
  listed: readonly ListedShadow[],
): readonly ShadowedVolume[] | undefined {
  const pairs = volumes.flatMap((volume, at): ShadowedVolume[] => {
    const inOrder = listed.length === volumes.length && listed.every(isUnnamed) ? listed[at] : undefined;
    const shadow =
      listed.find(({ alias }) => alias?.toLowerCase() === volume.alias.toLowerCase()) ??
      listed.find((shadow) => isOf(volume, shadow)) ??
      inOrder;
    return shadow?.device === undefined ? [] : [{ root: volume.root, device: shadow.device }];
  });
  const isWhole = pairs.length === volumes.length && listed[0]?.set !== undefined;
  return isWhole && new Set(pairs.map(({ device }) => device)).size === pairs.length ? pairs : undefined;
}

function isUnnamed(shadow: ListedShadow): boolean {
  return shadow.alias === undefined && shadow.mount === undefined;
}

function isOf(volume: WantedVolume, shadow: ListedShadow): boolean {
  const isMount = shadow.mount !== undefined && windowsPathKey(shadow.mount) === windowsPathKey(volume.root);
  return (
    isMount || (shadow.volume !== undefined && shadow.volume.toLowerCase() === volume.device?.toLowerCase())
  );
}
