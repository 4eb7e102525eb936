import { BRIDGE_PROBLEMS } from "./bridge-problems.ts";
import { COMMAND_PROBLEMS } from "./command-problems.ts";
import { CONNECTION_PROBLEMS } from "./connection-problems.ts";
import { COPY_PROBLEMS } from "./copy-problems.ts";
import { DISK_PROBLEMS } from "./disk-problems.ts";
import { HOLD_PROBLEMS } from "./hold-problems.ts";
import { HOST_PROBLEMS } from "./host-problems.ts";
import { IMMUTABILITY_PROBLEMS } from "./immutability-problems.ts";
import { KERBEROS_PROBLEMS } from "./kerberos-problems.ts";
import { KEYS_PROBLEMS } from "./keys-problems.ts";
import type { Problem } from "./problem.ts";
import { PROGRAM_PROBLEMS } from "./program-problems.ts";
import { PRUNE_PROBLEMS } from "./prune-problems.ts";
import { RCLONE_PROBLEMS } from "./rclone-problems.ts";
import { RESTORE_PROBLEMS } from "./restore-problems.ts";
import { RETENTION_PROBLEMS } from "./retention-problems.ts";
import { STORAGE_PROBLEMS } from "./storage-problems.ts";
import { VAULT_PROBLEMS } from "./vault-problems.ts";
import { WIRE_PROBLEMS } from "./wire-problems.ts";

/** The tables of errors, each part of the product in a file of its own. */
export const PROBLEM_TABLES: readonly Readonly<Record<string, Problem>>[] = [
  PROGRAM_PROBLEMS,
  HOST_PROBLEMS,
  BRIDGE_PROBLEMS,
  HOLD_PROBLEMS,
  CONNECTION_PROBLEMS,
  KERBEROS_PROBLEMS,
  COMMAND_PROBLEMS,
  DISK_PROBLEMS,
  VAULT_PROBLEMS,
  STORAGE_PROBLEMS,
  RCLONE_PROBLEMS,
  RETENTION_PROBLEMS,
  WIRE_PROBLEMS,
  IMMUTABILITY_PROBLEMS,
  KEYS_PROBLEMS,
  COPY_PROBLEMS,
  RESTORE_PROBLEMS,
  PRUNE_PROBLEMS,
];

/** Every error's code, once: how the program ends, what it means, what to do. */
export const PROBLEMS: Readonly<Record<string, Problem>> = Object.assign({}, ...PROBLEM_TABLES);
