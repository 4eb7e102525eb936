import type { Command } from "../command.ts";
import { backupCommand } from "./backup.ts";
import { demoCommand } from "./demo.ts";
import { explainCommand } from "./explain.ts";
import { forecastCommand } from "./forecast.ts";
import { hostDoctorCommand } from "./host-doctor.ts";
import { hostProbeCommand } from "./host-probe.ts";
import { machinesCommand } from "./machines.ts";
import { pointsCommand } from "./points.ts";
import { pruneCommand } from "./prune.ts";
import { repairCommand } from "./repair.ts";
import { restoreCommand } from "./restore.ts";
import { scrubCommand } from "./scrub.ts";
import { showCommand } from "./show.ts";
import { simulateCommand } from "./simulate.ts";
import {
  simulateApplyCommand,
  simulateAuditCommand,
  simulateCheckpointCommand,
  simulateRemoveCommand,
  simulateWriteCommand,
} from "./simulate-acts.ts";
import { trashListCommand } from "./trash-list.ts";
import { trashTakeBackCommand } from "./trash-take-back.ts";
import { vaultInfoCommand } from "./vault-info.ts";
import { vaultInitCommand } from "./vault-init.ts";
import { vaultKeyAddCommand } from "./vault-key-add.ts";
import { vaultKeyListCommand } from "./vault-key-list.ts";
import { vaultKeyRemoveCommand } from "./vault-key-remove.ts";
import { vaultProbeCommand } from "./vault-probe.ts";
import { verifyCommand } from "./verify.ts";

/** Every command, in the order of the help text. */
export const COMMAND_LIST: readonly Command[] = [
  demoCommand,
  machinesCommand,
  forecastCommand,
  vaultInitCommand,
  vaultInfoCommand,
  vaultProbeCommand,
  vaultKeyListCommand,
  vaultKeyAddCommand,
  vaultKeyRemoveCommand,
  backupCommand,
  hostDoctorCommand,
  hostProbeCommand,
  pointsCommand,
  showCommand,
  restoreCommand,
  verifyCommand,
  scrubCommand,
  repairCommand,
  pruneCommand,
  trashListCommand,
  trashTakeBackCommand,
  simulateCommand,
  simulateWriteCommand,
  simulateCheckpointCommand,
  simulateApplyCommand,
  simulateRemoveCommand,
  simulateAuditCommand,
  explainCommand,
];
