import { z } from "zod";

/**
 * What a call meets instead of its answer. A method's name (`CreateSnapshot`), or `query`, `get`, `associators`, `open`.
 *
 * - an object with `errorCode`: a method that works through a host job starts it and lets it fail so, another returns
 *   the code, `query`, `get` and `associators` throw it as a CIM fault; `at` chooses; `open` is refused as `reason`
 * - `disconnect`: the connection breaks before the host has heard the call
 * - `disconnect-after`: the host has done it, and nobody hears the answer
 * - `never-ends`: the host job goes on for ever
 * - `job-vanishes`: the host job's object is gone as soon as its work is done
 */
export const faultSchema = z.looseObject({
  method: z.string().min(1),
  /** How many calls meet it. */
  times: z.int().min(1).default(1),
  /** How many calls pass before the first one meets it. */
  after: z.int().min(0).optional(),
  instead: z.union([
    z.enum(["disconnect", "disconnect-after", "never-ends", "job-vanishes"]),
    z.looseObject({
      errorCode: z.int(),
      errorDescription: z.string().default("The operation failed."),
      at: z.enum(["job", "return", "fault"]).optional(),
      reason: z.enum(["missing", "locked", "denied", "failed"]).optional(),
    }),
  ]),
  /** Counted by the simulator. */
  seen: z.int().optional(),
  used: z.int().optional(),
});
export type FaultEntry = z.infer<typeof faultSchema>;

/**
 * What happens to an answer between host and client, where the host answers on the network. An operation is `query`,
 * `pull`, `release`, `get`, `schema`, a method's name, or of remote shells `create`, `command`, `receive`, `signal`, `delete`.
 *
 * - `envelope-too-large`, `access-denied`: the service refuses, nothing was done
 * - `cut`: it is done, and the connection breaks in the middle of the answer
 * - `nonsense`: a web page of somebody in between, nothing was done
 * - `unauthorized`: 401 in the middle of a session, nothing was done
 * - `slowMilliseconds`: the answer comes late; from the operation's time-out on, the service says so and nothing was done
 */
export const wireFaultSchema = z.looseObject({
  operation: z.string().min(1),
  times: z.int().min(1).default(1),
  /** How many operations pass before the first one meets it. */
  after: z.int().min(0).optional(),
  instead: z.union([
    z.enum(["envelope-too-large", "access-denied", "cut", "nonsense", "unauthorized"]),
    z.looseObject({ slowMilliseconds: z.int().min(0) }),
  ]),
  /** Counted by the simulator. */
  seen: z.int().optional(),
  used: z.int().optional(),
});
export type WireFaultEntry = z.infer<typeof wireFaultSchema>;

const machine = z.string().min(1); // name or id

const actSchema = z.discriminatedUnion("kind", [
  z.looseObject({
    kind: z.literal("create-checkpoint"),
    machine,
    name: z.string(),
    memory: z.boolean().optional(),
  }),
  z.looseObject({ kind: z.literal("apply-checkpoint"), machine, checkpoint: z.string() }),
  z.looseObject({ kind: z.literal("remove-checkpoint"), machine, checkpoint: z.string() }),
  z.looseObject({
    kind: z.literal("guest-write"),
    machine,
    disk: z.int().min(0),
    offset: z.int().min(0),
    length: z.int().min(1),
    seed: z.int().default(1),
  }),
  z.looseObject({ kind: z.literal("set-state"), machine, state: z.string() }),
  z.looseObject({ kind: z.literal("foreign-recovery-checkpoint"), machine }),
  z.looseObject({ kind: z.literal("delete-machine"), machine }),
]);
export type ScriptedAct = z.infer<typeof actSchema>;

/** Something that a user does in the middle of a run: when the `count`th call of a kind has been answered, or comes. */
export const scriptedActSchema = z.looseObject({
  when: z.looseObject({
    /** As a fault's `method`. */
    event: z.string().min(1),
    count: z.int().min(1).default(1),
    moment: z.enum(["before", "after"]).default("after"),
  }),
  act: actSchema,
  /** Counted by the simulator. */
  seen: z.int().optional(),
  done: z.boolean().optional(),
});
export type ScriptEntry = z.infer<typeof scriptedActSchema>;
