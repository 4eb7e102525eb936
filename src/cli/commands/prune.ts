import { isMostOf, type PruneOutcome, runPrune, UsageError } from "../../app/index.ts";
import { COMMANDS, EXIT, type ExitCode } from "../../contract/index.ts";
import {
  type Command,
  type CommandInput,
  type CommandSurface,
  listOption,
  switchOption,
  textOption,
} from "../command.ts";
import { amount, counted, instant, shortId } from "../output/index.ts";
import { rulesAsked, timeZoneAsked } from "./rules-asked.ts";
import { vaultRequest } from "./vault-request.ts";

const USUAL_TRASH_DAYS = 7;
const MOST_TRASH_DAYS = 3650;

export const pruneCommand: Command = {
  contract: COMMANDS.prune,
  emptySummary: { removed: 0, kept: 0, executed: false },
  async run(input, surface) {
    const timeZone = timeZoneAsked(input);
    const execute = switchOption(input, "execute");
    const wishes = {
      rules: rulesAsked(input, timeZone),
      counting: switchOption(input, "keepInTurn") === true ? ("in-turn" as const) : ("apart" as const),
      timeZone,
      machines: listOption(input, "machine"),
      remove: listOption(input, "remove"),
      trashDays: trashDays(input),
      execute,
      allowMany: switchOption(input, "allowMany"),
    };
    const outcome = await runPrune({ ...(await vaultRequest(input, surface)), ...wishes }, surface.context);
    tell(outcome, surface);
    const { report, plannedBytesFreed, until } = outcome;
    const removed = outcome.points.filter(({ kept }) => !kept).length;
    const damaged = report?.damaged ?? [];
    return {
      exitCode: exitCodeOf(outcome),
      summary: {
        removed,
        kept: outcome.points.length - removed,
        plannedBytesFreed,
        executed: report !== undefined,
        ...(report === undefined ? {} : { ...report, until: until.toString() }),
        ...(report && {
          damaged: damaged.map(objectFacts),
          strange: report.strange.map(objectFacts),
          unpromised: report.unpromised.map(objectFacts),
        }),
        ...(report === undefined &&
          outcome.unreadable.length > 0 && { unreadable: outcome.unreadable.map(objectFacts) }),
      },
    };
  },
};

function objectFacts({ object, what }: { readonly object: string; readonly what: string }) {
  return { object, what };
}

function exitCodeOf({ report, unreadable }: PruneOutcome): ExitCode {
  if (report === undefined) return unreadable.length > 0 ? EXIT.damaged : EXIT.done;
  if (report.damaged.length > 0) return EXIT.damaged;
  return report.denied > 0 ? EXIT.failed : EXIT.done;
}

function trashDays(input: CommandInput): number {
  const text = textOption(input, "trashDays");
  if (text === undefined) return USUAL_TRASH_DAYS;
  const days = /^\d{1,4}$/.test(text) ? Number(text) : Number.NaN;
  if (!(days <= MOST_TRASH_DAYS)) {
    throw new UsageError(`Cannot keep for "${text}" days in the trash: wanted 0 to ${MOST_TRASH_DAYS}`);
  }
  return days;
}

function tell(outcome: PruneOutcome, { output, paint }: CommandSurface): void {
  for (const { id, machine, time, kept, because, aloneBytes } of outcome.points) {
    output.line({ type: "pruned-point", id, machine, time, kept, because, aloneBytes });
  }
  output.table({
    columns: [
      { title: "MACHINE" },
      { title: "TIME" },
      { title: "POINT" },
      { title: "" },
      { title: "NEEDED BY IT ALONE", align: "right" },
    ],
    rows: outcome.points.map(({ id, machine, time, kept, because, aloneBytes }) => [
      machine.name,
      instant(time),
      shortId(id),
      kept ? `stays: ${because.join(", ") || "no rule"}` : paint.bad("goes"),
      aloneBytes === undefined ? "" : amount(aloneBytes),
    ]),
  });
  const { report, plannedBytesFreed, packBytes } = outcome;
  const going = outcome.points.filter(({ kept }) => !kept).length;
  const isMost = isMostOf(going, outcome.points.length);
  if (report === undefined) {
    for (const { object, what } of outcome.unreadable)
      output.say(`${paint.bad("cannot be read")} ${object}: ${what}; nothing of it is in this plan`);
    output.say(
      `${counted(going, "restore point")} would go, ${amount(plannedBytesFreed)} of ${amount(packBytes)} would be free in the end; nothing was changed, --execute does it${isMost ? " when --allow-many is there too: it is more than half of them" : ""}`,
    );
    return;
  }
  tellReport(report, { output, paint, going, until: outcome.until });
}

function tellReport(
  report: NonNullable<PruneOutcome["report"]>,
  about: Pick<CommandSurface, "output" | "paint"> & {
    readonly going: number;
    readonly until: Temporal.Instant;
  },
): void {
  const { output, paint, going, until } = about;
  if (going > 0) {
    output.say(
      `${counted(going, "restore point")} went into the trash until ${instant(until.toString())}; stillpoint trash take-back brings one back`,
    );
  }
  output.say(
    `${counted(report.removedPoints, "restore point")} left the trash for good, ${amount(Math.max(0, report.bytesFreed))} freed`,
  );
  if (report.waitingFor.length > 0) {
    output.say(
      `${amount(report.bytesDoomed)} more can go when ${counted(report.waitingFor.length, "session")} that may use them have ended: the next prune does it`,
    );
  }
  for (const name of report.revoked) output.say(`a session was too old and was ended: ${name}`);
  for (const { object, what } of report.damaged) output.say(`${paint.bad("damaged")} ${object}: ${what}`);
  for (const { object, what } of report.unpromised)
    output.say(
      `${paint.bad("cannot be read")} ${object}: ${what}; no backup was promised by it, so nothing is kept for it, and it is deleted when it is a week old`,
    );
  for (const { object, what } of report.strange)
    output.say(`${paint.bad("no doomed list")} ${object}: ${what}; it was passed over and deleted`);
  if (report.locked > 0) {
    const until = report.lockedUntil === undefined ? "" : ` until ${instant(report.lockedUntil)}`;
    output.say(`${counted(report.locked, "object")} are locked${until}: a prune after that deletes them`);
  }
  if (report.denied > 0) output.say(paint.bad(`${counted(report.denied, "object")} may not be deleted`));
}
