/**
 * How the guest answers for backup. `ok` and `degraded` (an older protocol) can make an application-consistent
 * checkpoint. `missing`: no contact, not installed. `disabled`: switched off in the machine's settings.
 * `lost`: contact was there and broke. `none`: there is nothing to ask, the machine does not run.
 */
export type IntegrationStatus =
  | "ok"
  | "degraded"
  | "missing"
  | "disabled"
  | "failing"
  | "protocol-mismatch"
  | "lost"
  | "none";

/** Msvm_VssComponent.OperationalStatus[0]; 3 is an older protocol that works, 7 one that does not. */
const STATUS: ReadonlyMap<number, IntegrationStatus> = new Map([
  [2, "ok"],
  [3, "degraded"],
  [7, "protocol-mismatch"],
  [12, "missing"],
  [13, "lost"],
]);

const ENABLED = 2;

export interface IntegrationWords {
  /** Msvm_VssComponentSettingData.EnabledState; undefined when the machine has no such setting. */
  readonly offered: number | undefined;
  /** Msvm_VssComponent.OperationalStatus; undefined when there is no component. */
  readonly status: readonly number[] | undefined;
  readonly isRunning: boolean;
}

/** Anything that the host says and we do not know counts as failing: the label must never be too good. */
export function readIntegration(words: IntegrationWords): IntegrationStatus {
  if (words.offered !== undefined && words.offered !== ENABLED) return "disabled";
  if (!words.isRunning) return "none";
  if (words.status === undefined) return "missing";
  const first = words.status[0];
  return first === undefined ? "failing" : (STATUS.get(first) ?? "failing");
}

/** Whether the guest can be asked to hold still by itself. */
export function canQuiesce(status: IntegrationStatus): boolean {
  return status === "ok" || status === "degraded";
}
