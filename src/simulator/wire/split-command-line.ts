const WHITE = /\s/;

/** Takes a command line apart as Windows programs do (the rules of CommandLineToArgvW): program, then arguments. */
export function splitCommandLine(line: string): readonly string[] {
  const parts: string[] = [];
  for (let at = 0; at < line.length; ) {
    if (WHITE.test(line.charAt(at))) {
      at++;
      continue;
    }
    const { text, end } = argumentAt(line, at);
    parts.push(text);
    at = end;
  }
  return parts;
}

/** Backslashes are plain unless a quote follows: then two of them are one, and an odd one makes the quote plain. */
function argumentAt(line: string, from: number): { readonly text: string; readonly end: number } {
  let text = "";
  let isQuoted = false;
  let at = from;
  while (at < line.length && (isQuoted || !WHITE.test(line.charAt(at)))) {
    const [run, backslashes = "", quote] = /^(\\*)("?)/.exec(line.slice(at)) ?? [""];
    if (quote === '"') {
      text += "\\".repeat(Math.floor(backslashes.length / 2));
      if (backslashes.length % 2 === 1) text += '"';
      else isQuoted = !isQuoted;
      at += run.length;
    } else if (backslashes !== "") {
      text += backslashes;
      at += backslashes.length;
    } else {
      text += line.charAt(at);
      at++;
    }
  }
  return { text, end: at };
}
