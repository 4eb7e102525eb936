import { type CardText, cardText, explainCode, type Language, language, listCards } from "../../app/index.ts";
import { type CardLine, COMMANDS, EXIT } from "../../contract/index.ts";
import type { Command } from "../command.ts";
import type { Paint } from "../output/index.ts";

const WORDS = {
  en: {
    kind: "KIND",
    code: "CODE",
    meaning: "WHAT IT MEANS",
    todo: "What to do",
    look: "Where the host shows it",
    read: "Read on",
    exit: "exit code",
    source: "source",
  },
  de: {
    kind: "ART",
    code: "CODE",
    meaning: "WAS ES BEDEUTET",
    todo: "Was zu tun ist",
    look: "Wo der Host es zeigt",
    read: "Weiterlesen",
    exit: "Exitcode",
    source: "Quelle",
  },
} as const satisfies Record<Language, Record<string, string>>;

const KINDS = {
  en: { error: "error", warning: "warning", note: "note" },
  de: { error: "Fehler", warning: "Warnung", note: "Hinweis" },
} as const;

const ORDER = ["error", "warning", "note"] as const;

export const explainCommand: Command = {
  contract: COMMANDS.explain,
  async run(input, { output, paint }) {
    const spoken = language();
    const all = input.argument === "" ? listCards() : [explainCode(input.argument)];
    const cards = ORDER.flatMap((kind) => all.filter((card) => card.kind === kind)).map((card) =>
      cardText(card, spoken),
    );
    for (const card of cards) output.line({ type: "card", ...card } satisfies CardLine);
    if (input.argument === "") {
      const { kind, code, meaning } = WORDS[spoken];
      output.table({
        columns: [{ title: kind }, { title: code }, { title: meaning }],
        rows: cards.map((card) => [KINDS[spoken][card.kind], card.code, card.meaning]),
      });
    } else for (const card of cards) output.say(cardParagraphs(card, spoken, paint));
    return { exitCode: EXIT.done, summary: { codes: cards.length } };
  },
};

/** One card as people read it. */
function cardParagraphs(card: CardText, spoken: Language, paint: Paint): string {
  const words = WORDS[spoken];
  const exit = card.exitCode === undefined ? "" : `, ${words.exit} ${card.exitCode}`;
  const lines = [
    `${paint.strong(card.code)}  ${paint.faint(`${KINDS[spoken][card.kind]}${exit}`)}`,
    `  ${card.meaning}`,
    "",
    words.todo,
  ];
  for (const [at, advice] of card.advice.entries()) {
    lines.push(card.advice.length === 1 ? `  ${advice}` : `  ${at + 1}. ${advice}`);
  }
  if (card.evidence.length > 0) lines.push("", words.look);
  for (const { command, look, source } of card.evidence) {
    lines.push(`  ${command}`, `    ${look} ${paint.faint(`(${words.source}: ${source})`)}`);
  }
  if (card.links.length > 0) lines.push("", words.read);
  for (const { title, address } of card.links) lines.push(`  ${title}`, `  ${address}`);
  return lines.join("\n");
}
