import { z } from "zod";

const identifier = z.string().min(1);
const moment = z.string().min(1);

/** A program that the scenario gives to the host: what it prints and how it ends. */
export const scriptedProgramSchema = z.looseObject({
  /** Found by its last part in any case, with or without `.exe`. */
  name: z.string().min(1),
  exitCode: z.int().default(0),
  output: z.string().default(""),
  errorOutput: z.string().default(""),
  takesMilliseconds: z.number().min(0).default(0),
  /** Only its first runs end with `exitCode` (with 1, when that is 0); all later ones with 0. */
  failTimes: z.int().min(0).optional(),
  /** Counted by the simulator. */
  failed: z.int().optional(),
});
export type ScriptedProgramEntry = z.infer<typeof scriptedProgramSchema>;

/** A program that came to its end, kept for people and tests. */
export const programRunSchema = z.looseObject({
  program: z.string(),
  arguments: z.array(z.string()),
  /** The variables of ours that it got. */
  environment: z.record(z.string(), z.string()).optional(),
  at: moment,
  /** Null when it was ended by somebody. */
  exitCode: z.int().nullable(),
});

const heldMachineSchema = z.looseObject({
  machine: identifier,
  /** How the writer holds it: with its guest, without it, saved, or as it stands. */
  how: z.enum(["guest", "still", "saved", "standing"]),
  /** The writer's checkpoint, from Windows Server 2012 R2 on. */
  checkpoint: identifier.optional(),
});
export type HeldMachineEntry = z.infer<typeof heldMachineSchema>;

/** What a diskshadow has in mind while its script goes on. */
const diskshadowSchema = z.looseObject({
  commands: z.array(z.string()),
  /** The command that comes next. */
  at: z.int().default(0),
  /** It was printed, and what it started goes on. */
  begun: z.boolean().optional(),
  log: z.string().optional(),
  context: z.string().default("volatile"),
  metadata: z.string().optional(),
  excludedWriters: z.array(z.string()).default([]),
  excludedComponents: z.array(z.string()).default([]),
  backup: z.boolean().optional(),
  volumes: z.array(z.looseObject({ root: z.string(), alias: z.string().optional() })).default([]),
  /** Decided with the first volume. */
  set: identifier.optional(),
  /** Since `create` asked the writer. */
  held: z.array(heldMachineSchema).optional(),
  made: z.boolean().optional(),
  /** The exit code of a script that comes to its end. */
  exitCode: z.int().optional(),
});
export type DiskshadowEntry = z.infer<typeof diskshadowSchema>;

/** A process on the host: it goes on whoever looks, as host jobs do. */
export const runningProgramSchema = z.looseObject({
  id: identifier,
  program: z.string(),
  arguments: z.array(z.string()),
  environment: z.record(z.string(), z.string()).optional(),
  /** The process of this machine that started it and waits for it. */
  owner: z.int(),
  started: moment,
  /** When it goes on next. */
  due: moment,
  neverEnds: z.boolean().optional(),
  ended: moment.optional(),
  exitCode: z.int().optional(),
  output: z.string().default(""),
  errorOutput: z.string().default(""),
  /** How a scripted program ends. */
  outcome: z.int().optional(),
  diskshadow: diskshadowSchema.optional(),
});
export type RunningProgramEntry = z.infer<typeof runningProgramSchema>;

export const shadowCopySchema = z.looseObject({
  id: identifier,
  set: identifier,
  alias: z.string().optional(),
  /** Where the original is mounted: `D:\`, `\\server\share\`. */
  root: z.string(),
  /** `\\?\GLOBALROOT\Device\HarddiskVolumeShadowCopy7`. */
  device: z.string(),
  created: moment,
  /** How many there are in the set. */
  count: z.int().default(1),
});
export type ShadowCopyEntry = z.infer<typeof shadowCopySchema>;
