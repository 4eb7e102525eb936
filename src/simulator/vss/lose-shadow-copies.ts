import { windowsPathKey } from "../../places/index.ts";
import type { ActContext } from "../acts/act-context.ts";
import { doom } from "../acts/doomed-files.ts";

/** The storage of shadow copies is full: Windows gives up all that the volume has, and their devices are gone. */
export function loseShadowCopies(context: ActContext, path: string): void {
  const { host } = context;
  const shadows = host.shadowCopies ?? [];
  const key = windowsPathKey(path);
  const met = shadows.find(({ device }) => key.startsWith(`${windowsPathKey(device)}\\`));
  const lost = shadows.filter(({ root }) => root === met?.root);
  host.shadowCopies = shadows.filter((shadow) => !lost.includes(shadow));
  for (const { device } of lost) doom(context, device);
}
