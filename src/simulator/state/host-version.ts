import type { HostState } from "./schema.ts";

/** What a host's Windows version decides: hyperv-facts 0.1, 5.3. Numbers grow with the releases. */
export const Release = Object.freeze({
  server2008: 6_000,
  server2008R2: 6_001,
  server2012: 6_002,
  server2012R2: 6_003,
  server2016: 14_393,
  server2019: 17_763,
});

/** `10.0.17763` gives 17763, `6.3.9600` gives 6003: comparable with `Release`. */
export function releaseOf(host: Pick<HostState, "os">): number {
  const [major = 0, minor = 0, build = 0] = host.os.version.split(".").map(Number);
  return major >= 10 ? build : major * 1000 + minor;
}

/** `9.0` gives 9. Configuration versions compare as numbers: 5.0 < 6.2 < 8.0 < 10.0. */
export function configurationNumber(version: string): number {
  return Number(version);
}

/** Up to 5.0 configurations are XML with `.bin` and `.vsv`, later ones `.vmcx` with `.vmrs`: hyperv-facts 5.3. */
export function usesXml(configurationVersion: string): boolean {
  return configurationNumber(configurationVersion) < 6;
}
