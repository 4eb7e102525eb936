import { readFileSync } from "node:fs";
import { performance } from "node:perf_hooks";
import { z } from "zod";

/** A process as nothing else ever was it: process ids are used again, and begin anew when the system starts. */
export interface Owner {
  readonly pid: number;
  /** When the process began, in words that only equality is asked of. */
  readonly startTime: string;
  /** Which start of the system it ran in; the empty text where the system does not say. */
  readonly bootId: string;
}

/** What is stored of an owner is read back through this. */
export const OWNER_SCHEMA: z.ZodType<Owner> = z.object({
  pid: z.number().int(),
  startTime: z.string(),
  bootId: z.string(),
});

/** What the operating system says of its processes. */
export interface ProcessTable {
  readonly bootId: string;
  /** Undefined when there is no such process; `startTime` is undefined when the system does not tell it. */
  find(pid: number): { readonly startTime: string | undefined } | undefined;
}

/** This process. */
export function currentOwner(): Owner {
  const table = systemProcesses();
  return {
    pid: process.pid,
    startTime: table.find(process.pid)?.startTime ?? ownStartTime(),
    bootId: table.bootId,
  };
}

/**
 * Whether the owner still runs. When the system tells too little to know, it counts as alive: what is left behind a
 * while longer does less harm than what is taken away from a running backup.
 */
export function isOwnerAlive(owner: Owner, table: ProcessTable = systemProcesses()): boolean {
  if (owner.bootId !== table.bootId) return false;
  const found = table.find(owner.pid);
  if (found === undefined) return false;
  return found.startTime === undefined || found.startTime === owner.startTime;
}

/** Linux tells everything in /proc. Elsewhere other processes' start is unknown, and their id must do. */
export function systemProcesses(): ProcessTable {
  return {
    bootId: readProc("sys/kernel/random/boot_id")?.trim() ?? "",
    find(pid) {
      const stat = readProc(`${pid}/stat`);
      if (stat !== undefined) return parseProcStat(stat);
      if (pid === process.pid) return { startTime: ownStartTime() };
      return exists(pid) ? { startTime: undefined } : undefined;
    },
  };
}

/**
 * proc_pid_stat(5): the state is field 3, the start in clock ticks since boot is field 22, counted from behind the
 * name, which may hold anything. A zombie has ended; only its parent has not looked yet.
 */
export function parseProcStat(text: string): { readonly startTime: string | undefined } | undefined {
  const [state, ...rest] = text
    .slice(text.lastIndexOf(")") + 1)
    .trim()
    .split(" ");
  if (state === "Z" || state === "X") return undefined;
  return { startTime: rest[18] };
}

function readProc(path: string): string | undefined {
  if (process.platform !== "linux") return undefined;
  try {
    return readFileSync(`/proc/${path}`, "utf8");
  } catch {
    return undefined; // no such process, or hidden from this user (hidepid): the caller asks in another way
  }
}

/** Signal 0 asks whether a process is there without touching it; one of another user answers with a refusal. */
function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return !(error instanceof Error && "code" in error && error.code === "ESRCH");
  }
}

function ownStartTime(): string {
  return `${Math.round(performance.timeOrigin)} ms`;
}
