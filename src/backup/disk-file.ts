import { type Guid, StillpointError } from "../base/index.ts";
import type { ByteSource, FileLayout } from "../disk/index.ts";
import { openVhd, type VhdParentFacts } from "../formats/vhd/index.ts";
import { openVhdx, type ParentLocator } from "../formats/vhdx/index.ts";
import { hostFileName } from "./host-path.ts";

/** What a differencing disk says about its parent. */
export interface ParentLink {
  /** The identities that a file may have to be the parent. */
  readonly identities: readonly Guid[];
  /** Where to look, as written in the file, the likeliest place first. */
  readonly places: readonly string[];
}

/** An open virtual disk file, as far as a backup needs to understand it. The source stays its opener's. */
export interface DiskFile {
  readonly format: "vhdx" | "vhd";
  /** What children name this file by: a VHDX's DataWriteGuid, a VHD's unique id. */
  readonly identity: Guid;
  readonly parent: ParentLink | undefined;
  layout(): FileLayout;
}

export interface OpenDiskFileOptions {
  /** Tells the format by its extension, as Hyper-V does. */
  readonly path: string;
  readonly signal?: AbortSignal | undefined;
}

/** A virtual disk's name, by extension. */
const DISK_NAME = /\.a?vhdx?$/i;

/** The file has a name that no virtual disk has. */
class NotADiskNameError extends StillpointError {
  readonly code = "disk-name-unknown";
  readonly retry = "never";
}

/** Whether a file of this name should be a virtual disk. */
export function isDiskName(path: string): boolean {
  return DISK_NAME.test(path);
}

/** Reads headers and tables, no payload. Rejects with an error of the format's when it cannot be understood. */
export async function openDiskFile(source: ByteSource, options: OpenDiskFileOptions): Promise<DiskFile> {
  const extension = hostFileName(options.path).toLowerCase().split(".").at(-1) ?? "";
  const open = OPENERS[extension];
  if (open === undefined) {
    throw new NotADiskNameError(
      `Cannot read "${options.path}" as a virtual disk: its name ends in none of .vhdx, .avhdx, .vhd, .avhd`,
    );
  }
  return await open(source, options.signal === undefined ? {} : { signal: options.signal });
}

/** Whether the error says that bytes are not what a format wants, rather than that they could not be had. */
export function isFormatError(error: unknown): error is StillpointError {
  return (
    error instanceof StillpointError &&
    /^(vhdx-|vhd-|disk-name-unknown$|struct-truncated$|field-too-large$)/.test(error.code)
  );
}

type Opener = (source: ByteSource, options: { readonly signal?: AbortSignal }) => Promise<DiskFile>;

const OPENERS: Readonly<Record<string, Opener>> = {
  vhdx: openAsVhdx,
  avhdx: openAsVhdx,
  vhd: openAsVhd,
  avhd: openAsVhd,
};

async function openAsVhdx(source: ByteSource, options: { readonly signal?: AbortSignal }): Promise<DiskFile> {
  const file = await openVhdx(lent(source), options);
  return {
    format: "vhdx",
    identity: file.facts.dataWriteGuid,
    parent: vhdxLink(file.parentLocator),
    layout: () => file.layout(),
  };
}

/** The reader of VHDX disposes of what it is given; this source stays its opener's. */
function lent(source: ByteSource): ByteSource {
  return {
    sizeBytes: source.sizeBytes,
    read: async (target, offset) => {
      await source.read(target, offset);
    },
    async [Symbol.asyncDispose]() {
      // the opener closes it
    },
  };
}

function vhdxLink(locator: ParentLocator | undefined): ParentLink | undefined {
  if (locator === undefined) return undefined;
  const { linkage, linkage2, relativePath, absolutePath, volumePath } = locator;
  return {
    identities: linkage2 === undefined ? [linkage] : [linkage, linkage2],
    places: written(relativePath, absolutePath, volumePath),
  };
}

function written(...places: readonly (string | undefined)[]): readonly string[] {
  return places.filter((place): place is string => place !== undefined && place !== "");
}

async function openAsVhd(source: ByteSource, options: { readonly signal?: AbortSignal }): Promise<DiskFile> {
  const file = await openVhd(source, options);
  return {
    format: "vhd",
    identity: file.facts.uniqueId,
    parent: vhdLink(file.facts.parent),
    layout: () => file.layout(),
  };
}

function vhdLink(parent: VhdParentFacts | undefined): ParentLink | undefined {
  if (parent === undefined) return undefined;
  const { parentId, relativePath, absolutePath, parentName } = parent;
  return { identities: [parentId], places: written(relativePath, absolutePath, parentName) };
}
