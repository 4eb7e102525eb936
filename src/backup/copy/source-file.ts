import type { ByteSource } from "../../disk/index.ts";
import { type RestorePoint, type StoredFile, type Vault, VaultDamagedError } from "../../vault/index.ts";
import { CopySourceDamagedError } from "../errors.ts";

/** A file of a restore point that is being copied: what is damaged is told as the source's. */
export class SourceFile implements ByteSource {
  readonly #reader: ByteSource;
  readonly #file: StoredFile;
  readonly #point: Pick<RestorePoint, "id">;

  private constructor(reader: ByteSource, file: StoredFile, point: Pick<RestorePoint, "id">) {
    this.#reader = reader;
    this.#file = file;
    this.#point = point;
  }

  static async open(
    file: StoredFile,
    source: { readonly vault: Pick<Vault, "openFile">; readonly point: Pick<RestorePoint, "id"> },
  ): Promise<SourceFile> {
    const { vault, point } = source;
    try {
      return new SourceFile(await vault.openFile(file), file, point);
    } catch (error) {
      throw ofSource(error, { path: file.path, point: point.id });
    }
  }

  get sizeBytes(): number {
    return this.#reader.sizeBytes;
  }

  /** @throws {CopySourceDamagedError} */
  async read(target: Uint8Array, offset: number): Promise<void> {
    try {
      await this.#reader.read(target, offset);
    } catch (error) {
      throw ofSource(error, { path: this.#file.path, point: this.#point.id });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#reader[Symbol.asyncDispose]();
  }
}

/** Damage that was met while the source was read, as the source's; every other error as it is. */
export function ofSource<Other>(
  error: Other,
  about: { readonly point: string; readonly path?: string | undefined },
): Other | CopySourceDamagedError {
  if (!(error instanceof VaultDamagedError)) return error;
  const { point, path } = about;
  const what = path === undefined ? `restore point ${point}` : `"${path}" of restore point ${point}`;
  const { object } = error;
  return new CopySourceDamagedError(`Cannot copy ${what}: ${object} of its vault, ${error.what}`, {
    object,
    point,
    path,
    cause: error,
  });
}
