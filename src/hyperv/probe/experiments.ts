import type { Experiment } from "./experiment.ts";
import { DEVICE_EXPERIMENTS } from "./experiments/device-experiments.ts";
import { MACHINE_EXPERIMENTS } from "./experiments/machine-experiments.ts";
import { SCHEMA_EXPERIMENTS } from "./experiments/schema-experiments.ts";

/** Every experiment, in the order of the report. */
export const EXPERIMENTS: readonly Experiment[] = [
  ...SCHEMA_EXPERIMENTS,
  ...MACHINE_EXPERIMENTS,
  ...DEVICE_EXPERIMENTS,
];
