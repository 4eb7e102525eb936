import type { Clock, RestorePointId } from "../../base/index.ts";
import type { VaultDamagedError } from "../errors.ts";
import { pointFromName } from "../format/object-names.ts";
import type { Receipts, WitnessedPoints } from "../receipts/receipts.ts";
import type { PointName } from "../restore-points/point-store.ts";

/** What a killed program or a bad store left is kept for so long, for whoever wants to look at it. */
const KEPT_MS = 7 * 24 * 3_600_000;

export interface PointEvidenceParts {
  readonly clock: Clock;
  readonly receipts: Pick<Receipts, "witnessed">;
}

/**
 * What receipts say of restore points that cannot be read, or that a listing leaves out: docs/vault-format.md 10.1, 9. A commit
 * succeeds when its receipt is durable, so what no receipt tells of was promised to nobody.
 */
export class PointEvidence {
  readonly #parts: PointEvidenceParts;
  #passedOver: Map<string, VaultDamagedError> = new Map();
  /** Passed over before the sessions were listed. */
  #before: ReadonlyMap<string, VaultDamagedError> = new Map();
  #areSessionsOpen = true;

  constructor(parts: PointEvidenceParts) {
    this.#parts = parts;
  }

  /** Objects that cannot be read and that nobody was promised. They need nothing. */
  get passedOver(): readonly VaultDamagedError[] {
    return [...this.#passedOver.values()];
  }

  /** Restore points that must be there and that a listing does not have; some may be gone indeed. */
  async unlisted(listed: readonly PointName[], signal?: AbortSignal): Promise<readonly PointName[]> {
    const { objects } = await this.#parts.receipts.witnessed(signal);
    const there = new Set(listed.map(({ object }) => object));
    return [...objects].flatMap(([object, id]) => (there.has(object) ? [] : [{ id, object, sizeBytes: 0 }]));
  }

  /**
   * Whether nobody was promised a restore point whose object does not open, so that nothing has to be kept for it. Asks for the
   * receipts now: those of sessions that have ended by now are among them.
   */
  async isNobodys(
    { id }: Pick<PointName, "id">,
    damage: VaultDamagedError,
    signal?: AbortSignal,
  ): Promise<boolean> {
    if (pointFromName(damage.object)?.id !== id) return false; // the restore point says what it needs
    const witnessed = await this.#parts.receipts.witnessed(signal);
    if (!isUnpromised(id, witnessed)) return false;
    this.#passedOver.set(damage.object, damage);
    return true;
  }

  /** From now on a receipt that is not there is one that no session puts any more, if none is open. */
  sessionsListed(open: ReadonlySet<string>): void {
    this.#before = this.#passedOver;
    this.#passedOver = new Map();
    this.#areSessionsOpen = open.size > 0;
  }

  /**
   * Deletes what has been there for a week by its name, and was passed over before and after no session was open: then nobody is
   * just putting it. `tryDelete` gives false where it may not.
   */
  async clear(tryDelete: (object: string) => Promise<boolean>): Promise<void> {
    if (this.#areSessionsOpen) return;
    const until = this.#parts.clock.now().epochMilliseconds - KEPT_MS;
    for (const object of this.#passedOver.keys()) {
      const named = pointFromName(object);
      if (named === undefined || named.milliseconds > until || !this.#before.has(object)) continue;
      await tryDelete(object);
    }
  }
}

function isUnpromised(id: RestorePointId, { live, gone, isWhole }: WitnessedPoints): boolean {
  return !live.has(id) && (gone.has(id) || isWhole);
}
