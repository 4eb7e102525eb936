import { parseWindowsPath, windowsPathKey } from "../../places/index.ts";
import type { ActContext } from "../acts/act-context.ts";
import { derivedGuid } from "../state/derived-guid.ts";

/** A volume of the host, or a share that it uses. */
export interface HostVolume {
  /** Where it is mounted: `D:\`, `C:\ClusterStorage\Volume1\`, `\\server\share\`. */
  readonly root: string;
  /** `\\?\Volume{…}\`; a share has none. */
  readonly name: string | undefined;
}

/** All of them. */
export async function hostVolumes(context: ActContext): Promise<readonly HostVolume[]> {
  const { host, drives } = context;
  const mounted = (host.volumes ?? []).map(({ root }) => (root.endsWith("\\") ? root : `${root}\\`));
  return [...(await drives.roots()), ...mounted].map((root) => ({ root, name: volumeName(host.name, root) }));
}

/** The volume that holds the file: of those whose root it lies below, the deepest. */
export function volumeOfPath(volumes: readonly HostVolume[], path: string): HostVolume | undefined {
  const key = windowsPathKey(path);
  return volumes
    .filter(({ root }) => key === windowsPathKey(root) || key.startsWith(`${windowsPathKey(root)}\\`))
    .sort((a, b) => b.root.length - a.root.length)[0];
}

/** The volume of this letter, name, folder or share. */
export function volumeNamed(volumes: readonly HostVolume[], text: string): HostVolume | undefined {
  const wanted = withoutEnd(text);
  return volumes.find(
    ({ root, name }) => withoutEnd(root) === wanted || (name !== undefined && withoutEnd(name) === wanted),
  );
}

/** Roots of other volumes that are mounted in this one. */
export function mountedIn(volumes: readonly HostVolume[], volume: HostVolume): readonly string[] {
  return volumes
    .filter(({ root }) => root !== volume.root && root.toLowerCase().startsWith(volume.root.toLowerCase()))
    .map(({ root }) => root);
}

function volumeName(host: string, root: string): string | undefined {
  const isShare = parseWindowsPath(root)?.root.startsWith("\\\\") ?? false;
  return isShare ? undefined : `\\\\?\\Volume{${derivedGuid(host, root).toLowerCase()}}\\`;
}

function withoutEnd(text: string): string {
  return text.replace(/\\+$/, "").toLowerCase();
}
