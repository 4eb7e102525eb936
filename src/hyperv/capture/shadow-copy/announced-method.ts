/** How the writer says it will hold a machine: its guest takes part, it does not, or it is saved meanwhile. */
export type AnnouncedMethod = "guest" | "still" | "saved" | "unclear";

/** The same, or: we have switched the guest's part off, whatever the writer says. */
export type HoldingMethod = AnnouncedMethod | "switched-off";

/** hyperv-facts 3.2. The German words of 2008 to 2012 are a guess (docs/unconfirmed.md, vss-caption-words). */
const WORDS: readonly (readonly [AnnouncedMethod, RegExp])[] = [
  ["guest", /^\W*online\W*$/i],
  ["still", /^\W*offline\W*$/i],
  ["guest", /child partition snapshot|untergeordneten partition/i],
  ["saved", /saved state|gespeicherten? zustand/i],
];

/**
 * Reads a component's caption: `Offline\web01`, `web01(Online)`, `Backup Using Saved State\web01`. The machine's name is
 * taken out first: it may hold any of the words.
 */
export function announcedMethod(caption: string | undefined, machineName: string): AnnouncedMethod {
  if (caption === undefined) return "unclear";
  const method = withoutName(caption, machineName);
  return WORDS.find(([, words]) => words.test(method))?.[0] ?? "unclear";
}

function withoutName(caption: string, name: string): string {
  const text = caption.toLowerCase();
  const wanted = name.toLowerCase();
  if (wanted !== "" && text.endsWith(`\\${wanted}`)) return caption.slice(0, -wanted.length - 1);
  if (wanted !== "" && text.startsWith(wanted)) return caption.slice(wanted.length);
  const cut = caption.indexOf("\\");
  return cut < 0 ? caption : caption.slice(0, cut);
}
