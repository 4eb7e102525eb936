import { windowsPathKey } from "../../places/index.ts";
import { configurationFiles } from "../configuration/configuration-places.ts";
import { assumptionsOf } from "../state/assumptions.ts";
import { hasWorker, settingsOf } from "../state/lineage.ts";
import type { HostState } from "../state/schema.ts";

/**
 * Whether the host itself has the file open without sharing it: the leaves and the live files of machines that have a
 * worker process (hyperv-facts 2.6; architecture.md 4: the live configuration is locked by the worker).
 */
export function isHeldByHost(host: HostState, path: string): boolean {
  const key = windowsPathKey(path);
  const checkpointsToo = assumptionsOf(host).checkpointFilesLocked;
  return host.machines.filter(hasWorker).some((machine) => {
    if (machine.disks.some((disk) => disk.path !== undefined && windowsPathKey(disk.path) === key))
      return true;
    const locked = settingsOf(machine).filter(
      (entry) => entry.kind === "live" || (checkpointsToo && entry.kind === "checkpoint"),
    );
    return locked
      .flatMap((entry) => configurationFiles(host, entry))
      .some((file) => windowsPathKey(file) === key);
  });
}
