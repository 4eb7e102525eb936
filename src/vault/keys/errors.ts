import { StillpointError } from "../../base/index.ts";

/** A line is nearly a share of a recovery key: somebody mistyped it. */
export class RecoveryShareSlipError extends StillpointError {
  readonly code = "recovery-share-slip";
  readonly retry = "after-repair";
  /** Counted from 1. */
  readonly line: number;

  constructor(line: number) {
    super(`Cannot use the recovery share in line ${line}: it is not what was printed`);
    this.line = line;
  }
}

/** A share is of another vault. */
export class RecoveryShareForeignError extends StillpointError {
  readonly code = "recovery-share-foreign";
  readonly retry = "after-repair";
  readonly share: number;

  constructor(share: number) {
    super(`Cannot use recovery share ${share}: it is of another vault`);
    this.share = share;
  }
}

/** Shares of two splits. */
export class RecoverySharesMixedError extends StillpointError {
  readonly code = "recovery-shares-mixed";
  readonly retry = "after-repair";

  constructor() {
    super("Cannot join the recovery shares: they were not printed together");
  }
}

/** One share twice. */
export class RecoveryShareDuplicateError extends StillpointError {
  readonly code = "recovery-share-duplicate";
  readonly retry = "after-repair";
  readonly share: number;

  constructor(share: number) {
    super(`Cannot join the recovery shares: share ${share} is there twice`);
    this.share = share;
  }
}

/** Not enough shares. */
export class RecoverySharesTooFewError extends StillpointError {
  readonly code = "recovery-shares-too-few";
  readonly retry = "after-repair";
  readonly given: number;
  readonly needed: number;

  constructor(given: number, needed: number) {
    super(`Cannot join the recovery shares: ${given} were given, ${needed} are needed`);
    this.given = given;
    this.needed = needed;
  }
}

/** The slot is the one that the vault was just opened with. */
export class VaultKeySlotInUseError extends StillpointError {
  readonly code = "vault-key-slot-in-use";
  readonly retry = "after-repair";

  constructor(id: string) {
    super(`Cannot remove key slot "${id}": the vault was just opened with it`);
  }
}

/** What was just written as a key slot does not open: the old ones stay. */
export class VaultKeySlotUnprovenError extends StillpointError {
  readonly code = "vault-key-slot-unproven";
  readonly retry = "later";

  constructor(id: string) {
    super(`Cannot trust the new key slot "${id}": read back from the storage, it does not open the vault`);
  }
}

/** Slots are being removed by somebody else at the same time, and none would be left. */
export class VaultKeySlotsLeavingError extends StillpointError {
  readonly code = "vault-key-slots-leaving";
  readonly retry = "later";

  constructor(id: string) {
    super(`Cannot remove key slot "${id}": all others are being removed too`);
  }
}

/** An object lock keeps the slot: nobody can remove it before that. */
export class VaultKeySlotLockedError extends StillpointError {
  readonly code = "vault-key-slot-locked";
  readonly retry = "after-repair";
  /** When the lock ends; undefined when this credential may not ask. A renewal makes it longer. */
  readonly until: Temporal.Instant | undefined;

  constructor(id: string, until: Temporal.Instant | undefined, options?: ErrorOptions) {
    super(
      `Cannot remove key slot "${id}": it is locked until ${until?.toString() ?? "a date that is not told"}`,
      options,
    );
    this.until = until;
  }
}
