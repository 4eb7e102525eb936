import type { Guid } from "../../base/index.ts";
import { CLASS, METHOD, REPLICATION, VIRTUALIZATION_V2 } from "../cim-names.ts";

/** A task whose moment was missed, because the host was off, is made up for within this time; then it removes itself. */
const VALID = { hours: 24 * 30 };

/**
 * What the scheduled task is made of, in the schema of Task Scheduler 2.0: one moment, in UTC so that neither language nor
 * zone of the host matters, run as the system account (S-1-5-18). Entry `dead-man-task` of docs/unconfirmed.md.
 */
export function deadManTask(machine: Guid, at: Temporal.Instant): string {
  const encoded = Buffer.from(resumeScript(machine), "utf16le").toString("base64");
  return `<?xml version="1.0" encoding="UTF-16"?>
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <RegistrationInfo><Description>Resumes the replication that a backup by Stillpoint suspended, if it did not do so itself.</Description></RegistrationInfo>
  <Triggers><TimeTrigger><StartBoundary>${wholeSeconds(at)}</StartBoundary><EndBoundary>${wholeSeconds(at.add(VALID))}</EndBoundary></TimeTrigger></Triggers>
  <Principals><Principal id="Author"><UserId>S-1-5-18</UserId><RunLevel>HighestAvailable</RunLevel></Principal></Principals>
  <Settings><StartWhenAvailable>true</StartWhenAvailable><DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries><StopIfGoingOnBatteries>false</StopIfGoingOnBatteries><DeleteExpiredTaskAfter>PT0S</DeleteExpiredTaskAfter></Settings>
  <Actions Context="Author"><Exec><Command>powershell.exe</Command><Arguments>-NoProfile -NonInteractive -EncodedCommand ${encoded}</Arguments></Exec></Actions>
</Task>
`;
}

/** The one thing of Hyper-V that is left to PowerShell: it must happen when nothing of ours runs any more. */
function resumeScript(machine: Guid): string {
  const { suspended, replicating } = REPLICATION;
  return [
    `$machine = Get-WmiObject -Namespace '${VIRTUALIZATION_V2}' -Class ${CLASS.computerSystem} -Filter "Name='${machine.toUpperCase()}'"`,
    `if ($machine -and $machine.ReplicationState -eq ${suspended}) { [void]$machine.${METHOD.changeReplication}(${replicating}, $null) }`,
  ].join("\r\n");
}

function wholeSeconds(at: Temporal.Instant): string {
  return at.toString({ smallestUnit: "second" });
}
