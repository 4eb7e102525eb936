import { styleText } from "node:util";

/** Colours with a meaning; plain text where there is no terminal or the user wants none. */
export interface Paint {
  good(text: string): string;
  warn(text: string): string;
  bad(text: string): string;
  strong(text: string): string;
  faint(text: string): string;
}

type Style = Parameters<typeof styleText>[0];

export const COLOURS: Paint = {
  good: inStyle("green"),
  warn: inStyle("yellow"),
  bad: inStyle("red"),
  strong: inStyle("bold"),
  faint: inStyle("dim"),
};

export const PLAIN: Paint = {
  good: (text) => text,
  warn: (text) => text,
  bad: (text) => text,
  strong: (text) => text,
  faint: (text) => text,
};

function inStyle(style: Style): (text: string) => string {
  return (text) => styleText(style, text, { validateStream: false });
}
