import type { CopyOrigin, Vault } from "../../vault/index.ts";

/** Who stored a restore point, where no full-key holder did: it may say of machine, host and time what that host likes. */
export interface Storer {
  /** The write-only host: 32 hexadecimal digits. */
  readonly storedBy: string;
  /** What people call it; absent where the vault does not know that. */
  readonly storedByName?: string | undefined;
  /** Of a copy: the vault in which the host stored the original. */
  readonly storedIn?: string | undefined;
}

/** Nothing where a full-key holder stored it. */
export type IfStored = { readonly [Field in keyof Storer]?: Storer[Field] | undefined };

/** Asks the vault for the names of hosts, once and when the first is wanted. */
export class Storers {
  readonly #vault: Pick<Vault, "hosts">;
  #names: Promise<ReadonlyMap<string, string>> | undefined;

  constructor(vault: Pick<Vault, "hosts">) {
    this.#vault = vault;
  }

  /** Undefined for what a full-key holder stored. */
  async of(point: {
    readonly storedBy?: string | undefined;
    readonly copyOf?: CopyOrigin | undefined;
  }): Promise<Storer | undefined> {
    const { storedBy, copyOf } = point;
    if (storedBy !== undefined) {
      this.#names ??= this.#read();
      const storedByName = (await this.#names).get(storedBy);
      return storedByName === undefined ? { storedBy } : { storedBy, storedByName };
    }
    return copyOf?.storedBy === undefined ? undefined : { storedBy: copyOf.storedBy, storedIn: copyOf.vault };
  }

  async #read(): Promise<ReadonlyMap<string, string>> {
    return new Map((await this.#vault.hosts()).map(({ id, name }) => [id, name]));
  }
}
