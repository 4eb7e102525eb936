import { type Entropy, type Guid, newGuid, ZERO_GUID } from "../../base/index.ts";
import type { ByteStore } from "../../disk/index.ts";
import type { FileArea } from "./file-header.ts";
import { HeaderWriter } from "./header-writer.ts";
import { LogWriter, MAX_ENTRY_SECTORS } from "./log-writer.ts";
import { StructureSectors } from "./structure-sectors.ts";
import { VhdxNotWritableError } from "./writer-errors.ts";

export interface EditSessionOptions {
  readonly store: ByteStore;
  readonly log: FileArea | undefined;
  readonly entropy: Entropy;
  /** What the parent's children have been told to expect, in a merge; else a fresh one. */
  readonly dataWriteGuid?: Guid | undefined;
  /** The one of an opening that goes on, where a machine keeps the file open and this program does not; else a fresh one. */
  readonly fileWriteGuid?: Guid | undefined;
}

/**
 * One opening of a file for writing. It keeps this order, so that the file opens after a crash at any write:
 *
 * ```
 *   header: new FileWriteGuid (and DataWriteGuid)      before anything else is changed
 *   payload … payload
 *   ── commit ─────────────────────────────────────────────────────────────────────────
 *   flush            payload, and what the commit before wrote in its place
 *   log entry        all structure sectors that changed: as a whole or not at all
 *   flush            from here on the commit's promise holds
 *   header: LogGuid  the first time only; no reader looks at the log before
 *   sectors in their place
 *   ── close ──────────────────────────────────────────────────────────────────────────
 *   flush, header: LogGuid zero
 * ```
 *
 * [MS-VHDX] 2.2.2 wants a new LogGuid in the header before existing space of the log is overwritten. Here the first entry
 * comes first. Header and log are two writes, so a crash may come between them: in the order of 2.2.2 it leaves a LogGuid
 * whose log has no valid entry, and such a file is corrupt (2.3.2); in this order it leaves LogGuid zero, with which no log
 * may be replayed, so nobody misses what was overwritten. See docs/unconfirmed.md, vhdx-first-log-entry.
 */
export class EditSession {
  readonly #store: ByteStore;
  readonly #headers: HeaderWriter;
  readonly #options: EditSessionOptions;
  readonly sectors: StructureSectors;
  #changes: "none" | "structure" | "data" = "none";
  #log: LogWriter | undefined;
  #isLogInHeader = false;

  private constructor(headers: HeaderWriter, options: EditSessionOptions) {
    this.#store = options.store;
    this.#headers = headers;
    this.#options = options;
    this.sectors = new StructureSectors(options.store);
  }

  /** Writes nothing yet. The file's log is empty. */
  static async open(options: EditSessionOptions): Promise<EditSession> {
    return new EditSession(await HeaderWriter.open(options.store), options);
  }

  /** The identity of the disk's content now. */
  get dataWriteGuid(): Guid {
    return this.#headers.current.dataWriteGuid;
  }

  /** Before the first change that no guest can see. Does nothing when called again. */
  async beginStructureChange(): Promise<void> {
    if (this.#changes !== "none") return;
    const { entropy, fileWriteGuid } = this.#options;
    await this.#headers.update({ fileWriteGuid: fileWriteGuid ?? newGuid(entropy) });
    this.#changes = "structure";
  }

  /** Before the first change that a guest can see. Does nothing when called again. */
  async beginDataChange(): Promise<void> {
    if (this.#changes === "data") return;
    const { entropy, fileWriteGuid, dataWriteGuid } = this.#options;
    await this.#headers.update({
      fileWriteGuid: fileWriteGuid ?? newGuid(entropy),
      dataWriteGuid: dataWriteGuid ?? newGuid(entropy),
    });
    this.#changes = "data";
  }

  /** Commits when so many more changed sectors would not fit into one log entry. */
  async makeRoom(sectors: number): Promise<void> {
    if (this.sectors.changedCount + sectors > MAX_ENTRY_SECTORS) await this.commit();
  }

  /** Everything so far survives a crash when this resolves. */
  async commit(): Promise<void> {
    await this.#store.flush();
    const changes = this.sectors.changes();
    if (changes.length === 0) return;
    this.#log ??= this.#newLog();
    await this.#log.append(changes);
    await this.#store.flush();
    if (!this.#isLogInHeader) {
      await this.#headers.update({ logGuid: this.#log.logGuid });
      this.#isLogInHeader = true;
    }
    for (const { fileOffset, bytes } of changes) await this.#store.write(bytes, fileOffset);
    this.sectors.settle();
  }

  /** Commits, and leaves an empty log. A session that changed nothing writes nothing. */
  async close(): Promise<void> {
    if (this.#changes === "none") return;
    await this.commit();
    await this.#store.flush();
    if (this.#isLogInHeader) await this.#headers.update({ logGuid: ZERO_GUID });
    this.#isLogInHeader = false;
    this.#log = undefined;
    this.#changes = "none";
  }

  #newLog(): LogWriter {
    const { log, entropy } = this.#options;
    if (log === undefined)
      throw new VhdxNotWritableError("Cannot change the VHDX: it has no space for a log");
    return new LogWriter(this.#store, log, newGuid(entropy));
  }
}
