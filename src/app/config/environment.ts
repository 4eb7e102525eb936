/** The environment's variables that the program knows. This file is the only one that reads them. */
export type EnvironmentName =
  | "STILLPOINT_PASSPHRASE"
  | "STILLPOINT_NEW_PASSPHRASE"
  | "STILLPOINT_TO_PASSPHRASE"
  | "STILLPOINT_HOST_PASSWORD"
  | "STILLPOINT_STATE_DIR"
  | "STILLPOINT_WORKERS"
  | "STILLPOINT_S3_ACCESS_KEY"
  | "STILLPOINT_S3_SECRET"
  | "STILLPOINT_SFTP_KEY_FILE"
  | "STILLPOINT_SFTP_PASSWORD"
  | "STILLPOINT_AZURE_KEY"
  | "STILLPOINT_AZURE_SAS"
  | "STILLPOINT_RCLONE"
  | "STILLPOINT_CACHE"
  | "STILLPOINT_INDEX_MEMORY"
  | "STILLPOINT_BANDWIDTH"
  | "XDG_STATE_HOME"
  | "HOME"
  | "USERPROFILE"
  | "ProgramData"
  | "LC_ALL"
  | "LC_MESSAGES"
  | "LANG"
  | "NO_COLOR";

/** The variable's value; empty counts as not set. */
export function environment(name: EnvironmentName): string | undefined {
  const value = process.env[name];
  return value === undefined || value === "" ? undefined : value;
}

/** What other programs are given: everything but our own variables, among which are secrets. */
export function environmentOfOthers(): Readonly<Record<string, string>> {
  const others = Object.entries(process.env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && !/^STILLPOINT_/i.test(entry[0]),
  );
  return Object.fromEntries(others);
}
