import { z } from "zod";

/** A task of the host's Task Scheduler, as far as it matters: one moment, one encoded command of Windows PowerShell. */
export const scheduledTaskSchema = z.looseObject({
  name: z.string().min(1),
  start: z.string().min(1),
  script: z.string(),
  ran: z.boolean().optional(),
});
export type ScheduledTaskEntry = z.infer<typeof scheduledTaskSchema>;
