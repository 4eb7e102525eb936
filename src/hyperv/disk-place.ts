/** Where a disk is attached. */
export interface DiskPlace {
  readonly controller: "ide" | "scsi";
  readonly number: number;
  readonly location: number;
}
