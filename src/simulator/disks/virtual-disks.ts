import type { Guid } from "../../base/index.ts";

/** What Msvm_VirtualHardDiskSettingData tells of a file: hyperv-facts 1.5. */
export interface VirtualDiskFacts {
  readonly format: "vhd" | "vhdx";
  readonly kind: "fixed" | "dynamic" | "differencing";
  readonly virtualSizeBytes: number;
  readonly blockSizeBytes: number;
  readonly logicalSectorBytes: number;
  readonly physicalSectorBytes: number;
  /** The same for a whole chain, and for copies. */
  readonly virtualDiskId: Guid;
  /** Where a differencing disk's parent is. */
  readonly parentPath?: string | undefined;
}

export interface GuestWrite {
  /** Bytes of the virtual disk. */
  readonly offset: number;
  readonly bytes: Uint8Array;
  /** The worker that has the disk open has written already: the write identities stay ([MS-VHDX] 2.2.2). */
  readonly sameSession: boolean;
}

/** Under which paths a differencing disk and its parent are written down. */
export interface Parentage {
  readonly child: string;
  readonly parent: string;
}

/** What a host does with files of one disk format. Paths are the host's; all calls are made under the host's lock. */
export interface DiskFormat {
  facts(path: string): Promise<VirtualDiskFacts>;
  /** Makes an empty differencing disk beside nothing else: `child` must not exist. The parent is only read. */
  makeChild(child: string, parent: string, named?: Parentage): Promise<void>;
  write(path: string, write: GuestWrite): Promise<void>;
  /** Whether the differencing disk holds nothing that its parent has not. */
  isEmpty(path: string): Promise<boolean>;
  /** Puts everything that the child holds into its parent; both files stay. */
  merge(child: string, parent: string): Promise<void>;
  /** Makes the differencing disk a child of another file, which holds what the former parent held. */
  setParent(child: string, parent: string): Promise<void>;
  /** Rewrites headers (and replays a log) without changing anything that a guest sees. */
  touchHeaders(path: string): Promise<void>;
}
