import type { Warning } from "./warning.ts";
import { BACKUP_WARNINGS } from "./warning-backup.ts";
import { CAPTURE_WARNINGS } from "./warning-capture.ts";
import { COMMAND_WARNINGS } from "./warning-commands.ts";
import { FORECAST_WARNINGS } from "./warning-forecast.ts";
import { HOLD_WARNINGS } from "./warning-hold.ts";
import { IMMUTABILITY_WARNINGS } from "./warning-immutability.ts";
import { RESTORE_WARNINGS } from "./warning-restore.ts";
import { RHYTHM_WARNINGS } from "./warning-rhythm.ts";

/** The tables of warnings, each part of the product in a file of its own. */
export const WARNING_TABLES: readonly Readonly<Record<string, Warning>>[] = [
  FORECAST_WARNINGS,
  CAPTURE_WARNINGS,
  HOLD_WARNINGS,
  BACKUP_WARNINGS,
  COMMAND_WARNINGS,
  RHYTHM_WARNINGS,
  IMMUTABILITY_WARNINGS,
  RESTORE_WARNINGS,
];

/** The code of every warning and note, once: what it means, what to do. */
export const WARNINGS: Readonly<Record<string, Warning>> = Object.assign({}, ...WARNING_TABLES);
