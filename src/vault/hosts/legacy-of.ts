import type { Storage } from "../../storage/index.ts";
import type { PointStore } from "../restore-points/point-store.ts";
import type { HostLegacy } from "./host-book.ts";
import type { HostClaims } from "./host-claims.ts";

/**
 * Everything that a host stored until now. Restore points are read one at a time. What does not open is none: a thief that sealed it, with
 * a receipt and under an id that it used twice, would stop prunes for ever.
 */
export async function legacyOf(
  host: string,
  of: {
    readonly storage: Storage;
    readonly points: PointStore;
    readonly claims: Pick<HostClaims, "segments">;
  },
): Promise<HostLegacy> {
  const segments = [...of.claims.segments]
    .filter(([, segment]) => segment.host === host)
    .map(([name]) => name);
  const points: { readonly object: string; readonly sha256: string }[] = [];
  for await (const { object } of of.points.allNames()) {
    const found = await of.points.describe(object);
    if (found?.host === host) points.push({ object, sha256: found.described.sha256 });
  }
  return { segments, points };
}
