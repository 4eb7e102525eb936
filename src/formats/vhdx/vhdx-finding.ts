/** What can be wrong with a VHDX that can be opened at all; the codes of opening's own errors come in addition. */
export type VhdxFindingCode =
  | "header-copy-damaged"
  | "region-table-copy-damaged"
  | "region-tables-differ"
  | "log-not-empty"
  | "unknown-region"
  | "unknown-metadata-item"
  | "file-length-odd"
  | "reserved-bits-set"
  | "block-state-unknown"
  | "block-outside-file"
  | "blocks-overlap"
  | "sector-bitmap-missing"
  | "findings-cut-off";

/** One thing that a check found. */
export interface VhdxFinding {
  readonly code: VhdxFindingCode | (string & {});
  /** `damage` loses or may lose data, or redundancy; a `notice` is worth knowing. */
  readonly severity: "damage" | "notice";
  /** One sentence without a full stop. */
  readonly message: string;
}
