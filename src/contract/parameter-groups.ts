import type { ParameterName } from "./parameters.ts";

/** The headings below which the help of a command with a host lists its flags; those that stand in none come last. */
export const PARAMETER_GROUPS: Readonly<Record<string, readonly ParameterName[]>> = {
  Host: ["host", "hostPasswordFile", "hostCertificate", "hostAuth", "pathMap"],
  Machines: ["all", "machine", "excludeDisk"],
  Vault: ["vault", "passphraseFile"],
  "How machines are held": [
    "requireApplication",
    "method",
    "memory",
    "allowServiceSwitch",
    "retries",
    "retryDelay",
    "suspendReplication",
  ],
  "Commands around each machine": [
    "before",
    "beforeOn",
    "thaw",
    "thawOn",
    "after",
    "afterOn",
    "commandTimeout",
  ],
};
