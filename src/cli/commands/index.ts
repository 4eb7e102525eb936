import type { Command } from "../command.ts";
import { backupCommand } from "./backup.ts";
import { copyCommand } from "./copy.ts";
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
import { vaultKeyAddHostCommand, vaultKeyRemoveHostCommand } from "./vault-key-hosts.ts";
import { vaultKeyListCommand } from "./vault-key-list.ts";
import { vaultKeyRecoverCommand } from "./vault-key-recover.ts";
import { vaultKeyRemoveCommand } from "./vault-key-remove.ts";
import { vaultKeyRotateCommand } from "./vault-key-rotate.ts";
import { vaultProbeCommand } from "./vault-probe.ts";
import { vaultReceiptsCommand } from "./vault-receipts.ts";
import { vaultRenewCommand } from "./vault-renew.ts";
import { verifyCommand } from "./verify.ts";

/** Every command, in the order of the help text. */
export const COMMAND_LIST: readonly Command[] = [
  demoCommand,
  machinesCommand,
  forecastCommand,
  vaultInitCommand,
  vaultInfoCommand,
  vaultProbeCommand,
  vaultRenewCommand,
  vaultReceiptsCommand,
  vaultKeyListCommand,
  vaultKeyAddCommand,
  vaultKeyRotateCommand,
  vaultKeyRemoveCommand,
  vaultKeyRecoverCommand,
  vaultKeyAddHostCommand,
  vaultKeyRemoveHostCommand,
  backupCommand,
  hostDoctorCommand,
  hostProbeCommand,
  pointsCommand,
  showCommand,
  restoreCommand,
  copyCommand,
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
