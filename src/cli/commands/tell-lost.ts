import type { Language, runRepair } from "../../app/index.ts";
import type { CommandSurface } from "../command.ts";
import { amount, instant, shortId } from "../output/index.ts";

type LostPoint = Awaited<ReturnType<typeof runRepair>>["lost"][number];
type LostFile = LostPoint["files"][number];

/** The table has so many of a file's ranges, `--json` a hundred. */
const RANGES_SHOWN = 3;

interface Words {
  readonly lost: string;
  readonly ofMachine: (name: string | undefined) => string;
  readonly inTrash: string;
  readonly unreadable: string;
  readonly areLost: (much: string) => string;
  readonly isDisk: (place: string) => string;
  readonly ranges: (count: number) => string;
  readonly at: (offset: number, length: string) => string;
  readonly mayHeal: (much: string) => string;
  readonly neverPromised: string;
  readonly nothing: string;
  readonly remove: string;
}

const WORDS: Readonly<Record<Language, Words>> = {
  en: {
    lost: "lost",
    ofMachine: (name) => `of ${name ?? "a machine that cannot be told"}`,
    inTrash: ", in the trash",
    unreadable: "it cannot be read at all",
    areLost: (much) => `${much} are lost`,
    isDisk: (place) => `, disk ${place}`,
    ranges: (count) => `in ${count} ${count === 1 ? "range" : "ranges"}`,
    at: (offset, length) => `${length} at ${offset}`,
    mayHeal: (much) => `${much} come back when the next backup still finds them`,
    neverPromised: "perhaps it was never finished: its run was ended while it was being stored",
    nothing: "no restore point lacks anything",
    remove: "what stays lost goes with stillpoint prune --remove ID --trash-days 0 --execute",
  },
  de: {
    lost: "verloren",
    ofMachine: (name) => (name === undefined ? "einer unbekannten Maschine" : `von ${name}`),
    inTrash: ", im Papierkorb",
    unreadable: "er lässt sich gar nicht mehr lesen",
    areLost: (much) => `${much} sind verloren`,
    isDisk: (place) => `, Platte ${place}`,
    ranges: (count) => `in ${count} ${count === 1 ? "Bereich" : "Bereichen"}`,
    at: (offset, length) => `${length} ab ${offset}`,
    mayHeal: (much) => `${much} kommen zurück, wenn die nächste Sicherung sie noch vorfindet`,
    neverPromised: "vielleicht wurde er nie fertig: sein Lauf wurde beendet, während er gespeichert wurde",
    nothing: "keinem Wiederherstellungspunkt fehlt etwas",
    remove: "Was verloren bleibt, entfernen Sie mit stillpoint prune --remove ID --trash-days 0 --execute",
  },
};

/** Says which restore points, files, disks and bytes cannot be restored any more, in the user's language. */
export function tellLost(
  lost: readonly LostPoint[],
  { output, paint }: Pick<CommandSurface, "output" | "paint">,
  spoken: Language,
): void {
  const words = WORDS[spoken];
  for (const point of lost) {
    const trash = point.isInTrash ? words.inTrash : "";
    const how = point.isUnreadable === true ? words.unreadable : words.areLost(amount(point.lostBytes));
    output.say(
      `${paint.bad(words.lost)} ${shortId(point.id)} ${words.ofMachine(point.machine?.name)}, ${instant(point.time)}${trash}: ${how}`,
    );
    for (const file of point.files) output.say(`  ${fileText(file, words)}`);
    if (point.mayHealBytes > 0) output.say(`  ${words.mayHeal(amount(point.mayHealBytes))}`);
    if (point.wasPerhapsNeverPromised === true) output.say(`  ${words.neverPromised}`);
  }
  output.say(lost.length === 0 ? paint.good(words.nothing) : words.remove);
}

function fileText({ path, disk, lostBytes, ranges, rangeCount }: LostFile, words: Words): string {
  const place = disk === undefined ? "" : words.isDisk(`${disk.controller} ${disk.number}:${disk.location}`);
  const shown = ranges
    .slice(0, RANGES_SHOWN)
    .map(({ offset, length }) => words.at(offset, amount(length)))
    .join(", ");
  const more = rangeCount > RANGES_SHOWN ? ", …" : "";
  return `${path}${place}: ${amount(lostBytes)} ${words.ranges(rangeCount)} (${shown}${more})`;
}
