import type { Secret } from "../../base/index.ts";

/** The words of `s3://ENDPOINT/BUCKET/PREFIX`. */
export interface S3Place {
  /** Host name or address, with a port when it is not the usual one. */
  readonly endpoint: string;
  /** Plain HTTP: for a store on this machine only. */
  readonly plain?: true | undefined;
  readonly bucket: string;
  /** Without slashes at its ends; the empty text is the whole bucket. */
  readonly prefix: string;
  /** What requests are signed for; when left out, what an endpoint of AWS says, else `us-east-1`. */
  readonly region?: string | undefined;
}

/** Without it the SDK looks where all of its programs look: variables `AWS_…`, its files, the machine's role. */
export interface S3Credentials {
  readonly accessKey: string;
  readonly secret: Secret;
}

/** How people name the place; it holds no secret. */
export function s3Location(place: S3Place): string {
  const scheme = place.plain ? "s3+http" : "s3";
  const path = [place.bucket, place.prefix].filter((part) => part !== "").join("/");
  return `${scheme}://${place.endpoint}/${path}`;
}

/** `s3.eu-central-1.amazonaws.com` says where it is. */
export function s3Region(place: S3Place): string {
  const ofAws = /(?:^|\.)s3[.-](?:dualstack\.)?([a-z]{2}(?:-[a-z]+)+-\d)\.amazonaws\.com(?:\.cn)?(?::\d+)?$/;
  return place.region ?? ofAws.exec(place.endpoint)?.[1] ?? "us-east-1";
}
