import { sep } from "node:path";
import { type HostFiles, mappedFiles, type PathMap } from "../../places/index.ts";
import { readPathMapFile } from "../config/index.ts";

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

/** A host's files, as they are read from here. */
export interface RemoteFiles {
  readonly files: HostFiles;
  /** As whose shares the host's shadow copies can be read; absent where shares cannot be opened, or devices are mapped. */
  readonly shadowServer: string | undefined;
}

/**
 * The files of a host over the network, by its own paths. From Windows its drives are read through the administrative
 * shares, and shares as they are, with the rights of whoever runs this; a path map goes before. From anywhere else only
 * what the path map names can be read. @throws {PathMapError}
 */
export async function remoteFiles(
  host: string,
  options: {
    readonly pathMap?: string | undefined;
    /** @default what separates paths on this system: `\\` on Windows */
    readonly separator?: string | undefined;
  },
): Promise<RemoteFiles> {
  const { pathMap, separator = sep } = options;
  const map: PathMap = pathMap === undefined ? {} : await readPathMapFile(pathMap);
  if (separator !== "\\") return { files: mappedFiles(map), shadowServer: undefined };
  const hasDevices = Object.keys(map.devices ?? {}).length > 0;
  return {
    files: mappedFiles(withAdministrativeShares(map, host)),
    shadowServer: hasDevices ? undefined : uncName(host),
  };
}

/** Each drive that the map does not name, as `\\HOST\D$`. */
export function withAdministrativeShares(map: PathMap, host: string): PathMap {
  const shares = Array.from(LETTERS, (letter) => [letter, `\\\\${uncName(host)}\\${letter}$`]);
  const named = Object.entries(map.drives ?? {}).map(([drive, folder]) => [
    drive.charAt(0).toUpperCase(),
    folder,
  ]);
  return { ...map, drives: Object.fromEntries([...shares, ...named]), otherShares: "as-written" };
}

/** An IPv6 address is no name of a share's server; Windows has a form of its own for it. */
function uncName(host: string): string {
  return host.includes(":") ? `${host.replaceAll(":", "-")}.ipv6-literal.net` : host;
}
