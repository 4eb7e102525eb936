import type { Measured } from "./run.ts";
import { sizeName } from "./size-name.ts";

export interface PointsMeasured {
  readonly count: number;
  readonly session: Cost;
  readonly latest: Cost;
  readonly previous: Cost;
  readonly machine: Cost;
}

export interface Cost {
  readonly openSeconds?: number;
  readonly seconds: number;
  readonly rssMiB: number;
}

/** docs/growth.md, whole. */
export function growthPage(
  sizes: readonly Measured[],
  points: PointsMeasured,
  about: { readonly machine: string; readonly command: string },
): string {
  return `# How a vault grows

<!-- made by: ${about.command} -->

![Memory and times from 10 GiB to 100 TiB of unique data](growth.svg)

Each row is a vault whose index names so much unique data, and each figure is of a process of its own. The index has its default budget of 512 MiB; "peak" is all that the process took, about 110 MiB of which is the runtime with its threads.
Made by \`${about.command}\` on ${about.machine}.

| unique data | chunks | kept | open a session | peak | unchanged machine (256 MiB) | peak | prune plan | peak | all marked | peak | known chunk | new chunk |
| --- | ---: | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |
${sizes.map(row).join("\n")}

Gate: the index takes at most 32 MB of memory for each TiB. Beyond what a process takes for ${sizeName(sizes[0]?.gibibytes ?? 0)}: ${sizes
    .map((size) => perTebibyte(size, sizes[0]))
    .filter((text) => text !== "")
    .join(", ")}.

One vault with ${number(points.count)} restore points of 1,000 machines:

| | time | peak |
| --- | ---: | ---: |
${pointRow("open the vault and a session", points.session)}
${pointRow("the newest point of a machine that was backed up in the last round", points.previous)}
${pointRow("`latest:` of a machine by its id", points.latest)}
${pointRow("all points of one machine (each point is opened)", points.machine)}

## What was measured how

- Up to 100 GiB the segments are there, sealed, and are read. ${firstOpening(sizes)}Above, the index is **written straight into the form that merging leaves** (one run of real length, with its filter), since sealing the segments of 100 TiB takes hours and says nothing about opening: their names are listed, and they are not read. Every look-up reads and checks the run's real pages, and each known chunk must be found in its own frame.
- Chunks are 64 KiB, and 128 KiB from 20 TiB on. Packs are full and their frames compress to the half.
- Packs and segments beyond one real machine are names in a listing that costs nothing; a bucket takes its own time for it: one request for 1,000 names. Opening a session lists the segments (one for 65,536 chunks) and at most about 65,536 packs.
- The machine is 256 MiB and unchanged; all of it is read and looked up. What a larger one costs grows with the machine.
- The plan marks what the restore points need, which here is one machine; the rest of its time and memory grows with the vault.
- "All marked" is what a prune that executes does to decide, where every chunk is needed: it lists the packs, opens the index, looks all chunks up in the order of a disk and says what becomes of each pack. The chunk lists are made when they are asked for; deleting and moving, which take no more memory, and the store's own time are not in it. A renewal of locks does the same. A repair holds less, since it marks nothing, and reads each pack's head and footer from the store, of which these vaults have none. Where there is no figure, it was left out (\`--marks-to\`).
- "Known" and "new" chunk: 100,000 look-ups at random places each, pages as the system's cache has them.
`;
}

function perTebibyte({ gibibytes, session }: Measured, smallest: Measured | undefined): string {
  if (gibibytes < 1024) return "";
  const megabytes = (session.rssMiB - (smallest?.session.rssMiB ?? 0)) * 1.048576;
  return `${(megabytes / (gibibytes / 1024)).toFixed(1)} MB a TiB at ${sizeName(gibibytes)}`;
}

function firstOpening(sizes: readonly Measured[]): string {
  return sizes
    .flatMap(({ gibibytes, first }) =>
      first === undefined
        ? []
        : [
            `The first opening of ${sizeName(gibibytes)}, which reads them all and makes a run, took ${first.seconds.toFixed(1)} s and ${mib(first)}. `,
          ],
    )
    .join("");
}

function row({ gibibytes, chunks, kept, session, backup, plan, marks, lookUp }: Measured): string {
  const cells = [
    sizeName(gibibytes),
    number(chunks),
    kept,
    `${session.seconds.toFixed(1)} s`,
    mib(session),
    `${backup.seconds.toFixed(1)} s`,
    mib(backup),
    `${plan.seconds.toFixed(1)} s`,
    mib(plan),
    marks === undefined ? "–" : `${marks.seconds.toFixed(1)} s`,
    marks === undefined ? "–" : mib(marks),
    lookUp === undefined ? "–" : `${lookUp.knownMicroseconds.toFixed(0)} µs`,
    lookUp === undefined ? "–" : `${lookUp.newMicroseconds.toFixed(0)} µs`,
  ];
  return `| ${cells.join(" | ")} |`;
}

function pointRow(what: string, { seconds, openSeconds = 0, rssMiB }: Cost): string {
  return `| ${what} | ${(seconds + openSeconds).toFixed(1)} s | ${mib({ rssMiB })} |`;
}

function mib({ rssMiB }: { readonly rssMiB: number }): string {
  return `${number(Math.round(rssMiB))} MiB`;
}

function number(value: number): string {
  return value.toLocaleString("en-US");
}
