const PREFIX = "Stillpoint ";
/** Msvm_VirtualSystemSettingData.ElementName holds at most 100 characters. */
const LONGEST = 100;

/** What our recovery checkpoint is called, so that a leftover can be attributed to its run. */
export function checkpointName(run: string): string {
  return `${PREFIX}${run}`.slice(0, LONGEST);
}

/** What the checkpoint is called that holds a running machine's memory for the length of a backup. */
export function memoryCheckpointName(run: string): string {
  return `${PREFIX}memory ${run}`.slice(0, LONGEST);
}

/** Whether a checkpoint carries our name. Others do not use it; but any installation of Stillpoint does. */
export function isOurs(name: string): boolean {
  return name.startsWith(PREFIX);
}
