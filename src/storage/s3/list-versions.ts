import { throwIfInterrupted } from "../../base/index.ts";
import { mustHave, type S3Connection } from "./s3-connection.ts";

/** A version of an object, or the mark that a plain delete has put over its versions. */
export interface ObjectVersion {
  readonly key: string;
  readonly version: string;
  readonly isMark: boolean;
  readonly isLatest: boolean;
}

/** All versions and marks below a prefix, by key; of one key the marks of a page before its versions. */
export async function* listVersions(
  connection: S3Connection,
  wanted: { readonly keyPrefix: string; readonly signal?: AbortSignal | undefined },
): AsyncIterable<ObjectVersion> {
  const { sdk, bucket } = connection;
  const action = { verb: "list the versions of", name: wanted.keyPrefix, signal: wanted.signal };
  let place: { readonly KeyMarker?: string; readonly VersionIdMarker?: string } = {};
  for (let isMore = true; isMore; ) {
    throwIfInterrupted(wanted.signal);
    const command = new sdk.ListObjectVersionsCommand({
      Bucket: bucket,
      Prefix: wanted.keyPrefix,
      ...place,
    });
    const page = await connection.call(action, async (client, call) => await client.send(command, call));
    const versionOf =
      (isMark: boolean) =>
      (found: Listed): ObjectVersion => ({
        key: mustHave(found.Key, "key", action),
        version: mustHave(found.VersionId, "version", action),
        isMark,
        isLatest: found.IsLatest === true,
      });
    const marks = (page.DeleteMarkers ?? []).map(versionOf(true));
    const versions = (page.Versions ?? []).map(versionOf(false));
    yield* [...marks, ...versions].sort((a, b) => compareKeys(a, b)); // stable: marks stay before versions
    isMore = mustHave(page.IsTruncated, "word on whether it is all", action);
    place = {
      ...(isMore && { KeyMarker: mustHave(page.NextKeyMarker, "place to go on", action) }),
      ...(page.NextVersionIdMarker !== undefined && { VersionIdMarker: page.NextVersionIdMarker }),
    };
  }
}

interface Listed {
  readonly Key?: string | undefined;
  readonly VersionId?: string | undefined;
  readonly IsLatest?: boolean | undefined;
}

function compareKeys({ key: a }: ObjectVersion, { key: b }: ObjectVersion): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
