import { isInstance, optionalTextOf } from "../../cim/index.ts";
import { CLASS, METHOD, VIRTUALIZATION_V1 } from "../cim-names.ts";
import type { WaitOptions } from "../machine-host.ts";
import { type HostAccess, serviceOf } from "./host-access.ts";
import { callHost } from "./host-job.ts";

const ASKING_LIMIT_MS = 60_000;
/** v1 answers with an instance as XML text (hyperv-facts 4). */
const PARENT_IN_XML = /NAME="ParentPath"[^>]*>\s*<VALUE>([^<]*)<\/VALUE>/i;
const ENTITIES = { "&lt;": "<", "&gt;": ">", "&quot;": '"', "&apos;": "'", "&amp;": "&" } as const;

/** The parent that the host reads from a differencing disk; null when it has none, undefined when the host cannot say it. */
export async function parentPathOf(
  access: HostAccess,
  path: string,
  options: WaitOptions & { readonly namespace?: string | undefined } = {},
): Promise<string | null | undefined> {
  const { namespace, signal } = options;
  const isOlder = namespace === VIRTUALIZATION_V1;
  const outcome = await callHost(access, {
    target: await serviceOf(access, CLASS.imageService, { signal, namespace }),
    method: isOlder ? METHOD.diskInfo : METHOD.diskSettings,
    arguments: { Path: path },
    signal,
    limitMs: ASKING_LIMIT_MS,
  });
  if (outcome.kind !== "done") return undefined;
  const answer = outcome.out[isOlder ? "Info" : "SettingData"];
  if (isInstance(answer)) return optionalTextOf(answer, "ParentPath") || null;
  return isOlder && typeof answer === "string" ? parentInXml(answer) : undefined;
}

function parentInXml(info: string): string | null {
  const written = PARENT_IN_XML.exec(info)?.[1]?.replaceAll(
    /&(?:lt|gt|quot|apos|amp);/g,
    (entity) => ENTITIES[entity as keyof typeof ENTITIES],
  );
  return written || null;
}
