import type { RestorePointId } from "../../base/index.ts";

/** Which restore points there are, without looking into them. */
export interface PointName {
  readonly id: RestorePointId;
  readonly object: string;
  /** As the storage lists it. */
  readonly sizeBytes: number;
  /** Other objects have this id too, and no full-key holder put one of them: nothing that names the id alone means this one. */
  readonly isShared?: true;
}
