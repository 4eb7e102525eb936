import { describeError, language, UsageError } from "../app/index.ts";
import { PLAIN, problemText } from "./output/index.ts";

/** Says that the command line is wrong: as text, or as the error line that scripts read. */
export function printUsageError(text: string, form: "json" | "text"): void {
  if (!text.startsWith(COMPLAINT)) {
    process.stderr.write(text); // the help of a command that wants another word
    return;
  }
  const complaint = text
    .slice(COMPLAINT.length)
    .trim()
    .replaceAll(/\s*\n\s*/g, " ")
    .replace(/\.$/, "");
  const line = describeError(new UsageError(`Cannot read the command line: ${complaint}`), {
    language: language(),
  });
  process.stderr.write(form === "json" ? `${JSON.stringify(line)}\n` : problemText(line, PLAIN));
}

const COMPLAINT = "error: ";
