/** Our own colours; every other sequence in a text came from elsewhere. */
const COLOURS = "\\u001B\\[(?:1|2|22|31|32|33|39)m";
const UNSAFE = new RegExp(`(${COLOURS})|[\\u0000-\\u0008\\u000B-\\u001F\\u007F-\\u009F]`, "g");
const PICTURES = 0x2400; // U+2400: a picture of each control character
const DELETE = 0x7f;
const DELETE_PICTURE = "\u2421";

/**
 * The text with pictures in place of control characters, tabs and line ends apart: a machine's name may hold anything, and a
 * terminal would obey it.
 */
export function harmless(text: string): string {
  return text.replaceAll(UNSAFE, (found: string, colour: string | undefined) => colour ?? pictureOf(found));
}

function pictureOf(control: string): string {
  const code = control.charCodeAt(0);
  if (code === DELETE) return DELETE_PICTURE;
  return code < 0x20 ? String.fromCharCode(PICTURES + code) : "\uFFFD";
}
