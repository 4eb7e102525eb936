import { sep } from "node:path";
import { type HostFiles, mappedFiles, type PathMap } from "../../places/index.ts";
import { readPathMapFile } from "../config/index.ts";

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

/**
 * The files of a host over the network, by its own paths. From Windows its drives are read through the administrative
 * shares, and shares as they are, with the rights of whoever runs this; a path map goes before. From anywhere else only
 * what the path map names can be read. @throws {PathMapError}
 */
export async function remoteFiles(host: string, pathMap: string | undefined): Promise<HostFiles> {
  const map = pathMap === undefined ? {} : await readPathMapFile(pathMap);
  return mappedFiles(sep === "\\" ? withAdministrativeShares(map, host) : map);
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
