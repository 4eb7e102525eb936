/** Releases of Windows Server that differ for us; `newer` is one that this version has not met. */
export type HostGeneration =
  | "2008"
  | "2008r2"
  | "2012"
  | "2012r2"
  | "2016"
  | "2019"
  | "2022"
  | "2025"
  | "newer";

const ORDER: readonly HostGeneration[] = [
  "2008",
  "2008r2",
  "2012",
  "2012r2",
  "2016",
  "2019",
  "2022",
  "2025",
  "newer",
];

/** The newest of each build that is not above the host's; hyperv-facts 5.3 has the builds. */
const FIRST_BUILDS: readonly (readonly [number, HostGeneration])[] = [
  [27_000, "newer"],
  [26_100, "2025"],
  [20_348, "2022"],
  [17_763, "2019"],
  [0, "2016"],
];

/** Undefined for a version that is older than Hyper-V or cannot be read. */
export function hostGenerationOf(version: string): HostGeneration | undefined {
  const parts = /^(\d+)\.(\d+)(?:\.(\d+))?/.exec(version);
  if (parts === null) return undefined;
  const [major, minor, build] = [Number(parts[1]), Number(parts[2]), Number(parts[3] ?? 0)];
  if (major === 6) return (["2008", "2008r2", "2012", "2012r2"] as const)[minor];
  if (major < 10) return undefined;
  if (major > 10) return "newer";
  return FIRST_BUILDS.find(([first]) => build >= first)?.[1];
}

/** Whether `generation` is `first` or a later one. */
export function isSince(generation: HostGeneration, first: HostGeneration): boolean {
  return ORDER.indexOf(generation) >= ORDER.indexOf(first);
}
