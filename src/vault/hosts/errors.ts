import { StillpointError } from "../../base/index.ts";

/** The key is a write-only host's: it adds, and nothing else. */
export class VaultWriteOnlyError extends StillpointError {
  readonly code = "vault-write-only";
  readonly retry = "never";
  /** The host's name. */
  readonly host: string;

  constructor(location: string, host: string) {
    super(
      `Cannot read the vault at "${location}": the key is that of the host ${JSON.stringify(host)}, which only backs up`,
    );
    this.host = host;
  }
}

/** A host's key file is damaged, or of another vault. */
export class VaultHostKeyUnusableError extends StillpointError {
  readonly code = "vault-host-key-unusable";
  readonly retry = "after-repair";

  constructor(location: string, what: string) {
    super(`Cannot add to the vault at "${location}": the host's key ${what}`);
  }
}

/** A restore point was put by a host after its key had been taken away. */
export class VaultHostEndedError extends StillpointError {
  readonly code = "vault-host-ended";
  readonly retry = "never";
  /** The object's name in the storage. */
  readonly object: string;
  /** 32 hexadecimal digits. */
  readonly host: string;

  constructor(object: string, host: string) {
    super(
      `Cannot use ${JSON.stringify(object)} of the vault: the key of host ${host}, which put it, was taken away`,
    );
    this.object = object;
    this.host = host;
  }
}

/** No write-only host, or several, go by that name. */
export class VaultHostUnknownError extends StillpointError {
  readonly code = "vault-host-unknown";
  readonly retry = "never";

  constructor(selector: string, found: number) {
    super(
      `Cannot tell the host ${JSON.stringify(selector)}: the vault has ${found} of that name or id, wanted one`,
    );
  }
}

/** A host of this name is there already. */
export class VaultHostExistsError extends StillpointError {
  readonly code = "vault-host-exists";
  readonly retry = "never";

  constructor(name: string) {
    super(`Cannot add the host ${JSON.stringify(name)}: the vault has one of that name`);
  }
}
