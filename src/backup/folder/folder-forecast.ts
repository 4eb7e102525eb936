import type { Forecast } from "../../hyperv/index.ts";

/** What a backup of files in a folder reaches, whatever they are. */
export const FOLDER_FORECAST: Forecast = {
  possible: true,
  consistency: "crash",
  method: "files",
  checkpointKind: "none",
  interruptsGuest: "no",
  memory: false,
  reason: "The files of a folder are read as they lie there; nothing asks a guest to hold still",
  uncovered: [],
  warnings: [],
};
