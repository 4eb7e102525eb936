import type { Measured } from "./measured.ts";
import { sizeName } from "./size-name.ts";

interface Curve {
  readonly name: string;
  readonly className: string;
  /** Undefined where it was not measured: the line ends before. */
  readonly of: (measured: Measured) => number | undefined;
}

const TIMES: readonly Curve[] = [
  { name: "open a session", className: "a", of: ({ session }) => session.seconds },
  { name: "back up an unchanged machine", className: "b", of: ({ backup }) => backup.seconds },
  { name: "plan a prune", className: "c", of: ({ plan }) => plan.seconds },
  { name: "mark all chunks for a prune", className: "e", of: ({ marks }) => marks?.seconds },
  { name: "plan a repair", className: "f", of: ({ repair }) => repair?.seconds },
];
const MEMORY: readonly Curve[] = [
  { name: "open a session", className: "a", of: ({ session }) => session.rssMiB },
  { name: "back up an unchanged machine", className: "b", of: ({ backup }) => backup.rssMiB },
  { name: "plan a prune", className: "c", of: ({ plan }) => plan.rssMiB },
  { name: "mark all chunks for a prune", className: "e", of: ({ marks }) => marks?.rssMiB },
  { name: "plan a repair", className: "f", of: ({ repair }) => repair?.rssMiB },
  {
    name: "the index alone, were it all in memory (21 bytes a chunk)",
    className: "d",
    of: ({ chunks }) => (21 * chunks) / 2 ** 20,
  },
];
const [WIDTH, HEIGHT, LEFT, TOP, PLOT_WIDTH, PLOT_HEIGHT] = [780, 880, 100, 50, 640, 280];

/** docs/growth.svg: two plots with logarithmic axes. Its colours follow the reader's, light or dark. */
export function growthPicture(sizes: readonly Measured[]): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="Times and memory by the size of the vault">
<style>
  svg { font: 13px system-ui, sans-serif; background: #ffffff; }
  text { fill: #24292f; } .grid { stroke: #d0d7de; } .title { font-weight: 600; }
  .a { stroke: #0969da; fill: #0969da; } .b { stroke: #1a7f37; fill: #1a7f37; } .c { stroke: #bc4c00; fill: #bc4c00; } .d { stroke: #6e7781; fill: #6e7781; } .e { stroke: #8250df; fill: #8250df; } .f { stroke: #bf3989; fill: #bf3989; }
  path { fill: none !important; stroke-width: 2; } path.d { stroke-dasharray: 6 4; }
  @media (prefers-color-scheme: dark) {
    svg { background: #0d1117; } text { fill: #e6edf3; } .grid { stroke: #30363d; }
    .a { stroke: #58a6ff; fill: #58a6ff; } .b { stroke: #3fb950; fill: #3fb950; } .c { stroke: #f0883e; fill: #f0883e; } .d { stroke: #8b949e; fill: #8b949e; } .e { stroke: #a371f7; fill: #a371f7; } .f { stroke: #db61a2; fill: #db61a2; }
  }
</style>
${plot({ title: "Seconds", curves: TIMES, sizes, top: TOP, decades: [-1, 3], unit: "s" })}
${plot({ title: "Peak memory of the process", curves: MEMORY, sizes, top: TOP + 420, decades: [0, 5], unit: "MiB" })}
</svg>
`;
}

interface PlotOptions {
  readonly title: string;
  readonly curves: readonly Curve[];
  readonly sizes: readonly Measured[];
  readonly top: number;
  /** The powers of ten between which the values lie. */
  readonly decades: readonly [number, number];
  readonly unit: string;
}

function plot({ title, curves, sizes, top, decades: [low, high], unit }: PlotOptions): string {
  const [least, most] = [sizes[0], sizes.at(-1)].map((size) => Math.log10(size?.gibibytes ?? 1)) as [
    number,
    number,
  ];
  const x = (gibibytes: number): number =>
    LEFT + ((Math.log10(gibibytes) - least) / Math.max(1e-9, most - least)) * PLOT_WIDTH;
  const y = (value: number): number =>
    top + PLOT_HEIGHT - ((Math.max(low, Math.log10(value)) - low) / (high - low)) * PLOT_HEIGHT;
  const lines: string[] = [`<text class="title" x="${LEFT}" y="${top - 14}">${title}</text>`];
  for (let power = low; power <= high; power++) {
    const at = y(10 ** power).toFixed(1);
    lines.push(`<line class="grid" x1="${LEFT}" x2="${LEFT + PLOT_WIDTH}" y1="${at}" y2="${at}"/>`);
    lines.push(`<text x="${LEFT - 8}" y="${at}" text-anchor="end" dy="4">${label(power)} ${unit}</text>`);
  }
  for (const { gibibytes } of sizes) {
    const at = x(gibibytes).toFixed(1);
    lines.push(`<line class="grid" x1="${at}" x2="${at}" y1="${top}" y2="${top + PLOT_HEIGHT}"/>`);
    lines.push(
      `<text x="${at}" y="${top + PLOT_HEIGHT + 18}" text-anchor="middle">${sizeName(gibibytes)}</text>`,
    );
  }
  for (const [i, curve] of curves.entries()) {
    const places = sizes.flatMap((size) => {
      const value = curve.of(size);
      return value === undefined ? [] : [`${x(size.gibibytes).toFixed(1)},${y(value).toFixed(1)}`];
    });
    lines.push(`<path class="${curve.className}" d="M${places.join(" L")}"/>`);
    for (const place of places) {
      const [cx, cy] = place.split(",");
      lines.push(`<circle class="${curve.className}" cx="${cx}" cy="${cy}" r="3.5"/>`);
    }
    const [column, line] = [LEFT + (i % 2) * 240, top + PLOT_HEIGHT + 44 + 20 * Math.floor(i / 2)];
    lines.push(`<circle class="${curve.className}" cx="${column + 4}" cy="${line - 4}" r="4"/>`);
    lines.push(`<text x="${column + 16}" y="${line}">${curve.name}</text>`);
  }
  return lines.join("\n");
}

function label(power: number): string {
  return power < 0 ? (10 ** power).toFixed(-power) : (10 ** power).toLocaleString("en-US");
}
