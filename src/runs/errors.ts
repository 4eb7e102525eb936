import { type Retry, StillpointError } from "../base/index.ts";

/** The state folder's databases cannot be opened, read or written: no space, no permission, no folder. */
export class JournalError extends StillpointError {
  readonly code: string = "journal-failed";
  readonly retry: Retry = "after-repair";
}

/** Another process kept the database longer than one waits for it. */
export class JournalBusyError extends JournalError {
  override readonly code = "journal-busy";
  override readonly retry = "later";
}

/** The file is no database, is damaged, or holds what nobody wrote. It is never thrown away: it may name leftovers. */
export class JournalDamagedError extends JournalError {
  override readonly code = "journal-damaged";
}

/** A newer program has written the file. */
export class JournalNewerError extends JournalError {
  override readonly code = "journal-newer";
  override readonly retry = "never";
}

/** Facts were to be added to an entry that is not there: it was struck, or never recorded. */
export class JournalEntryMissingError extends JournalError {
  override readonly code = "journal-entry-missing";
  override readonly retry = "never";
}
