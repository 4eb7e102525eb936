import { describeError, language, UsageError } from "../app/index.ts";

/** Says that the command line is wrong: as text, or as the error line that scripts read. */
export function printUsageError(text: string, form: "json" | "text"): void {
  if (form === "text") {
    process.stderr.write(text);
    return;
  }
  const error = new UsageError(text.replace(/^error: /, "").trim());
  process.stderr.write(`${JSON.stringify(describeError(error, { language: language() }))}\n`);
}
