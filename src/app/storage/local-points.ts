import { join } from "node:path";
import { environment, statePlace } from "../config/index.ts";

/** Where it is kept what restore points are: below the state folder, which is made when a vault needs it; nowhere with STILLPOINT_CACHE=off. */
export function localPointsFor(stateDir: string | undefined): string | undefined {
  return environment("STILLPOINT_CACHE") === "off"
    ? undefined
    : join(statePlace(stateDir), "cache", "points");
}
