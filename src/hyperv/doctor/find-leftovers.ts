import type { HostAccess } from "../capture/host-access.ts";
import type { CustodyListing } from "../custody.ts";
import { readMachines } from "../inventory/read-host.ts";
import type { WaitOptions } from "../machine-host.ts";
import type { Examination } from "./examination.ts";
import { findCheckpoints } from "./find-checkpoints.ts";
import { findDiskLeftovers } from "./find-disk-leftovers.ts";
import { findEntries } from "./find-entries.ts";
import { findMachineStates } from "./find-machine-states.ts";
import { findShadowCopies } from "./find-shadow-copies.ts";
import { findTemporaryFiles } from "./find-temporary-files.ts";
import type { Leftover } from "./leftover.ts";

/** Everything on the host that a backup, ours or another's, may have left. Only asks; changes nothing. */
export async function findLeftovers(
  access: HostAccess,
  custody: CustodyListing,
  options: WaitOptions = {},
): Promise<readonly Leftover[]> {
  const examination: Examination = {
    access,
    entries: await custody.standing(access.hostKey),
    machines: await readMachines(access.session, options),
    now: access.clock.now(),
    signal: options.signal,
  };
  return [
    ...findEntries(examination),
    ...findCheckpoints(examination),
    ...findMachineStates(examination),
    ...(await findShadowCopies(examination)),
    ...(await findTemporaryFiles(examination)),
    ...(await findDiskLeftovers(examination)),
  ];
}
