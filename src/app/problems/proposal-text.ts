import type { ProposalFields } from "../../contract/index.ts";
import type { QuietSlot } from "../../policy/index.ts";
import type { Language } from "../config/index.ts";

const MINUTES_OF_A_DAY = 1440;

type Slot = Extract<QuietSlot, { readonly kind: "slot" }>;
type NoSlot = Exclude<QuietSlot, Slot>;

/** What is known of when a machine's replication is free, as scripts and people read it. */
export function proposalText(proposal: QuietSlot, language: Language): ProposalFields {
  const { kind, observations } = proposal;
  if (kind !== "slot") return { kind, observations, text: WITHOUT_SLOT[kind][language](observations) };
  const { fromMinute, minutes, blocked, held } = proposal;
  const from = timeOf(fromMinute);
  const to = timeOf(minutes === MINUTES_OF_A_DAY ? minutes : (fromMinute + minutes) % MINUTES_OF_A_DAY);
  const text = SLOT[language]({ from, to, slot: proposal });
  return { kind, from, to, observations, blocked, held, text };
}

const SLOT: Readonly<Record<Language, (words: { from: string; to: string; slot: Slot }) => string>> = {
  en: ({ from, to, slot: { observations, blocked, held } }) =>
    `Its replication was free most often between ${from} and ${to} UTC: ${observations} observations, ` +
    `${held === 0 ? "none" : held} of them ${held > 1 ? "backups" : "a backup"}, blocked in ${blocked === 0 ? "none" : blocked}. That is what was seen, not a promise`,
  de: ({ from, to, slot: { observations, blocked, held } }) =>
    `Ihre Replikation war am häufigsten zwischen ${from} und ${to} UTC frei: ${observations} Beobachtungen, ` +
    `davon ${held === 0 ? "keine" : held} ${held > 1 ? "Sicherungen" : "Sicherung"}, in ${blocked === 0 ? "keiner" : blocked} blockiert. Das wurde so gesehen und ist kein Versprechen`,
};

const seenEn = (count: number): string => `${count} ${count === 1 ? "observation" : "observations"}`;
const seenDe = (count: number): string => `${count} ${count === 1 ? "Beobachtung" : "Beobachtungen"}`;

const WITHOUT_SLOT: Readonly<Record<NoSlot["kind"], Readonly<Record<Language, (seen: number) => string>>>> = {
  "never-blocked": {
    en: (seen) => `Its replication was never seen blocked, in ${seenEn(seen)}`,
    de: (seen) => `Ihre Replikation wurde in ${seenDe(seen)} nie blockiert gesehen`,
  },
  "never-free": {
    en: (seen) =>
      `Its replication was never seen free, in ${seenEn(seen)}: another time may not help, look at the replication itself`,
    de: (seen) =>
      `Ihre Replikation wurde in ${seenDe(seen)} nie frei gesehen: Eine andere Zeit hilft vielleicht nicht; sehen Sie nach der Replikation selbst`,
  },
  "not-enough": {
    en: (seen) =>
      `When its replication is free is not known: not enough was seen (${seenEn(seen)}). “stillpoint forecast” every half hour for three days shows it`,
    de: (seen) =>
      `Wann ihre Replikation frei ist, ist nicht bekannt: Es wurde nicht genug gesehen (${seenDe(seen)}). „stillpoint forecast“, drei Tage lang jede halbe Stunde, zeigt es`,
  },
};

/** `04:30`. */
function timeOf(minute: number): string {
  const two = (number: number): string => String(number).padStart(2, "0");
  return `${two(Math.floor(minute / 60))}:${two(minute % 60)}`;
}
