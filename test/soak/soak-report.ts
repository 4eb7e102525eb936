import type { Counts, SoakKind } from "./soak-kind.ts";

interface Spent {
  rounds: number;
  ms: number;
  failed: number;
  readonly counts: Map<string, number>;
}

/** What was done of one kind. */
export interface SoakRow {
  readonly kind: string;
  readonly rounds: number;
  readonly seconds: number;
  readonly failed: number;
  readonly counts: ReadonlyMap<string, number>;
}

/** What was done so far, and which kind's turn it is. */
export class SoakReport {
  /** Commands that do each failed round again. */
  readonly failures: string[] = [];
  readonly #spent: Map<SoakKind, Spent>;

  constructor(kinds: readonly SoakKind[]) {
    this.#spent = new Map(kinds.map((kind) => [kind, { rounds: 0, ms: 0, failed: 0, counts: new Map() }]));
  }

  /** The kind that had the least of its share. */
  next(): SoakKind {
    const shares = [...this.#spent].map(([kind, { ms }]) => ({ kind, share: ms / kind.weight }));
    const [least] = shares.sort((a, b) => a.share - b.share);
    if (least === undefined) throw new TypeError("there are no kinds");
    return least.kind;
  }

  roundsOf(kind: SoakKind): number {
    return this.#of(kind).rounds;
  }

  add(kind: SoakKind, counts: Counts): void {
    const spent = this.#of(kind).counts;
    for (const [what, count] of Object.entries(counts)) spent.set(what, (spent.get(what) ?? 0) + count);
  }

  fail(kind: SoakKind, seed: number): void {
    this.#of(kind).failed++;
    this.failures.push(`npm run soak -- --only ${JSON.stringify(kind.name)} --seed ${seed} --rounds 1`);
  }

  /** A round is over, well or not. */
  spend(kind: SoakKind, ms: number): void {
    const spent = this.#of(kind);
    spent.rounds++;
    spent.ms += ms;
  }

  line(leftMs: number): string {
    const done = [...this.#spent].map(([kind, spent]) => `${kind.name} ${spent.rounds} (${countsOf(spent)})`);
    const memory = Math.round(process.memoryUsage.rss() / 1024 / 1024);
    const left = Math.max(0, Math.round(leftMs / 60_000));
    return `${left} min left, ${memory} MiB, ${this.failures.length} failed: ${done.join("; ")}`;
  }

  get rows(): readonly SoakRow[] {
    return [...this.#spent].map(([{ name }, { ms, ...spent }]) => ({
      kind: name,
      ...spent,
      seconds: Math.round(ms / 1000),
    }));
  }

  table(): string {
    const rows = this.rows.map(
      ({ kind, rounds, seconds, failed, counts }) =>
        `${kind.padEnd(24)} ${String(rounds).padStart(6)} rounds ${String(seconds).padStart(6)} s  ${String(failed).padStart(3)} failed  ${countsOf({ counts })}`,
    );
    const verdict = this.failures.length === 0 ? "nothing failed" : `failed:\n${this.failures.join("\n")}`;
    return [...rows, verdict].join("\n");
  }

  #of(kind: SoakKind): Spent {
    const spent = this.#spent.get(kind);
    if (spent === undefined) throw new TypeError(`${kind.name} is no kind of this soak`);
    return spent;
  }
}

function countsOf({ counts }: Pick<SoakRow, "counts">): string {
  return [...counts].map(([what, count]) => `${count} ${what}`).join(", ");
}
