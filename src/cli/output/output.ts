import type { EventSink } from "../../base/index.ts";
import type { ErrorLine, SummaryLine } from "../../contract/index.ts";

/** A line of the machine-readable form; each has a type. */
export type JsonLine = { readonly type: string; readonly [field: string]: unknown } | SummaryLine;

/** Columns and rows for people; numbers stand right. */
export interface Table {
  readonly columns: readonly { readonly title: string; readonly align?: "right" }[];
  readonly rows: readonly (readonly string[])[];
}

/**
 * Where a command says what it has to say. One form is for people, the other for scripts; a command calls both kinds of
 * method and each form leaves out what is not its own.
 */
export interface Output extends Disposable {
  /** For scripts: one document, one line. */
  line(document: JsonLine): void;
  /** For people: text, as it is. */
  say(text: string): void;
  /** For people; a table without rows is left out. */
  table(table: Table): void;
  /** Progress of a run, in the form's own way. */
  readonly events: EventSink;
  /** To standard error, in both forms. */
  problem(problem: ErrorLine): void;
}
