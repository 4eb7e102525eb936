import type { AllMeasured, Cost, Measured } from "./measured.ts";
import { sizeName } from "./size-name.ts";

const COMMAND = "npm run growth -- --write";

/** docs/growth.md, whole. */
export function growthPage({ machine, sizes, points }: AllMeasured): string {
  return `# How a vault grows

<!-- made by: ${COMMAND} -->

![Memory and times from 10 GiB to 100 TiB of unique data](growth.svg)

Each row is a vault whose index names so much unique data, and each figure is of a process of its own. The index has its default budget of 512 MiB; "peak" is all that the process took, about 110 MiB of which is the runtime with its threads.
Made by \`${COMMAND}\` on ${machine}. A row keeps its figures until its size is measured again; the last column says on which day that was.

| unique data | chunks | kept | open a session | peak | unchanged machine (256 MiB) | peak | prune plan | peak | all marked | peak | repair plan | peak | known chunk | new chunk | measured |
| --- | ---: | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- |
${sizes.map(row).join("\n")}

Gate: the index takes at most 32 MB of memory for each TiB. Beyond what a process took for ${sizeName(sizes[0]?.gibibytes ?? 0)} in the same round: ${sizes
    .map((size) => perTebibyte(size))
    .filter((text) => text !== "")
    .join(", ")}.

One vault with ${number(points.count)} restore points of 1,000 machines (measured ${points.on}):

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
- "All marked" is what a prune that executes does to decide, where every chunk is needed: it lists the packs, opens the index, looks all chunks up in the order of a disk and says what becomes of each pack. The chunk lists are made when they are asked for; deleting and moving, which take no more memory, and the store's own time are not in it. A renewal of locks does the same. It takes about ${perChunk(sizes)} a chunk, so it is measured up to ${sizeName(largest(sizes, ({ marks }) => marks))} only (\`--marks-to\`); where there is no figure nothing was measured, and none is calculated.
- "Repair plan" is a repair without \`--execute\` where nothing is damaged: it reads all segments anew, and the head and footer of every pack, which here are sealed at the moment they are asked for (that time is in it). So it is measured where the segments are there, up to ${sizeName(largest(sizes, ({ repair }) => repair))}. It marks nothing.
- "Known" and "new" chunk: 100,000 look-ups at random places each, pages as the system's cache has them.
`;
}

function perTebibyte({ gibibytes, session, smallestMiB }: Measured): string {
  if (gibibytes < 1024) return "";
  const megabytes = (session.rssMiB - smallestMiB) * 1.048576;
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

function row({
  gibibytes,
  chunks,
  on,
  kept,
  session,
  backup,
  plan,
  marks,
  repair,
  lookUp,
}: Measured): string {
  const cells = [
    sizeName(gibibytes),
    number(chunks),
    kept,
    ...[session, backup, plan, marks, repair].flatMap(costCells),
    lookUp === undefined ? "–" : `${lookUp.knownMicroseconds.toFixed(0)} µs`,
    lookUp === undefined ? "–" : `${lookUp.newMicroseconds.toFixed(0)} µs`,
    marks?.on === undefined ? on : `${on}; all marked ${marks.on}`,
  ];
  return `| ${cells.join(" | ")} |`;
}

function costCells(cost: Cost | undefined): readonly [string, string] {
  return cost === undefined ? ["–", "–"] : [`${cost.seconds.toFixed(1)} s`, mib(cost)];
}

function largest(sizes: readonly Measured[], of: (size: Measured) => Cost | undefined): number {
  return sizes.findLast((size) => of(size) !== undefined)?.gibibytes ?? 0;
}

/** Of the largest vault of which all was marked. */
function perChunk(sizes: readonly Measured[]): string {
  const { marks, chunks = 1 } = sizes.findLast((size) => size.marks !== undefined) ?? {};
  return `${((1e6 * (marks?.seconds ?? 0)) / chunks).toFixed(0)} µs`;
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
