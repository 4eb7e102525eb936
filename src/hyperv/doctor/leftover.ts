/**
 * Whose it is. `ours`: this installation's journal knows it. `alive`: a run that goes on now has it. `other-installation`: it
 * has our name, and this journal does not know it. `other`: another product's, or a person's. `unknown`: nothing says it.
 */
export type LeftoverOwner = "ours" | "alive" | "other-installation" | "other" | "unknown";

/** Something that a backup may have left on a host. */
export interface Leftover {
  /** Of the journal: the entry's own kind, such as `recovery-checkpoint`; else what it is. */
  readonly kind: string;
  readonly owner: LeftoverOwner;
  /** Absent for what belongs to no machine. */
  readonly machine?: { readonly id: string; readonly name: string } | undefined;
  /** Its name, id or path. */
  readonly subject: string;
  /** Null where nothing says it. */
  readonly ageSeconds: number | null;
  /** Whether it is removed by executing. */
  readonly removable: boolean;
  /** One sentence: what executing does, or why nothing is done, and what a person can do. */
  readonly action: string;
}
