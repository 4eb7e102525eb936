import { type Retry, StillpointError } from "../base/index.ts";

/** There is no vault at that place, or something that is no vault. */
export class VaultNotFoundError extends StillpointError {
  readonly code = "vault-not-found";
  readonly retry = "never";
}

/** The place is taken, by a vault or by other things. */
export class VaultExistsError extends StillpointError {
  readonly code = "vault-exists";
  readonly retry = "never";
}

/** No key slot opens with this passphrase or recovery key. */
export class VaultPassphraseWrongError extends StillpointError {
  readonly code = "vault-passphrase-wrong";
  readonly retry = "after-repair";
}

/** Somebody who steals the vault would guess this passphrase too soon. */
export class VaultPassphraseWeakError extends StillpointError {
  readonly code = "vault-passphrase-weak";
  readonly retry = "after-repair";
  /** What guessing it is estimated to take, in bits. */
  readonly estimatedBits: number;

  constructor(message: string, estimatedBits: number) {
    super(message);
    this.estimatedBits = estimatedBits;
  }
}

/** The vault, or an object of it, was made by a newer version of the format. */
export class VaultTooNewError extends StillpointError {
  readonly code = "vault-too-new";
  readonly retry = "never";
  readonly version: number;
  readonly newestKnown: number;
  /** The object's name in the storage, where it is one object and not the vault. */
  readonly object: string | undefined;

  constructor(
    message: string,
    options: {
      readonly version: number;
      readonly newestKnown: number;
      readonly object?: string | undefined;
    },
  ) {
    super(message);
    this.version = options.version;
    this.newestKnown = options.newestKnown;
    this.object = options.object;
  }
}

/** Bytes of the vault are not what was written, or are gone. */
export class VaultDamagedError extends StillpointError {
  readonly code: string = "vault-damaged";
  readonly retry: Retry = "after-repair";
  /** The object's name in the storage. */
  readonly object: string;
  /** What is wrong with it. */
  readonly what: string;

  constructor(object: string, what: string, options?: ErrorOptions) {
    super(`Cannot use ${JSON.stringify(object)} of the vault: ${what}`, options);
    this.object = object;
    this.what = what;
  }
}

/** One frame of a pack is not what was sealed; its chunks may be somewhere else. */
export class FrameDamagedError extends VaultDamagedError {}

/** What was just sealed does not open to the same bytes: memory, a library or this program is at fault. Nothing was stored. */
export class VaultSelfCheckError extends StillpointError {
  readonly code = "vault-self-check-failed";
  readonly retry = "later";
}

/** Objects should be locked where nothing can be. */
export class VaultLockUnsupportedError extends StillpointError {
  readonly code = "vault-lock-unsupported";
  readonly retry = "after-repair";
}

/** A prune needs the right to delete, and this credential lacks it. */
export class PruneDeniedError extends StillpointError {
  readonly code = "prune-delete-denied";
  readonly retry = "after-repair";
}

/** Nobody can tell what a restore point needs that was promised, so nothing can go. */
export class PrunePointUnreadableError extends VaultDamagedError {
  override readonly code = "prune-point-unreadable";
  /** Its id. */
  readonly point: string;

  constructor(point: string, damage: VaultDamagedError) {
    const what = `${damage.what}, and restore point ${point} needs it: what else it needs cannot be told`;
    super(damage.object, what, { cause: damage });
    this.point = point;
  }
}

/** No restore point goes by this name. */
export class PointNotFoundError extends StillpointError {
  readonly code = "vault-point-not-found";
  readonly retry = "never";
}

/** Several restore points, or machines, go by this name. */
export class PointAmbiguousError extends StillpointError {
  readonly code = "vault-point-ambiguous";
  readonly retry = "never";
}

/** The session has ended: it was disposed of, or prune took its lease; what it stored is not promised any more. */
export class VaultSessionLostError extends StillpointError {
  readonly code = "vault-session-lost";
  readonly retry = "later";
}

/** The last key slot cannot be removed: nobody could open the vault again. */
export class VaultLastKeySlotError extends StillpointError {
  readonly code = "vault-last-key-slot";
  readonly retry = "never";
}

/** No key slot has this id. */
export class VaultKeySlotNotFoundError extends StillpointError {
  readonly code = "vault-key-slot-not-found";
  readonly retry = "never";
}

/** What keeps an object from being used: damage, or a version that only newer programs know. Throws every other error again. */
export function damageIn(error: unknown): VaultDamagedError {
  if (error instanceof VaultDamagedError) return error;
  if (!(error instanceof VaultTooNewError) || error.object === undefined) throw error;
  const what = `it is of version ${error.version}, which a newer program wrote`;
  return new VaultDamagedError(error.object, what, { cause: error });
}
