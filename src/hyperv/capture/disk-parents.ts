import { isInstance, optionalTextOf } from "../../cim/index.ts";
import { CLASS, METHOD, VIRTUALIZATION_V1 } from "../cim-names.ts";
import type { WaitOptions } from "../machine-host.ts";
import { type HostAccess, serviceOf } from "./host-access.ts";
import { type CallOutcome, callHost } from "./host-job.ts";

const ASKING_LIMIT_MS = 60_000;
/** v1 answers with an instance as XML text (hyperv-facts 4). */
const PARENT_IN_XML = /NAME="ParentPath"[^>]*>\s*<VALUE>([^<]*)<\/VALUE>/i;
const ENTITIES = { "&lt;": "<", "&gt;": ">", "&quot;": '"', "&apos;": "'", "&amp;": "&" } as const;

/** The parent that the host reads from a differencing disk; undefined when it has none, or the host cannot say it. */
export async function parentPathOf(
  access: HostAccess,
  path: string,
  options: WaitOptions & { readonly namespace?: string | undefined } = {},
): Promise<string | undefined> {
  const { namespace, signal } = options;
  const isOlder = namespace === VIRTUALIZATION_V1;
  const outcome = await callHost(access, {
    target: await serviceOf(access, CLASS.imageService, { signal, namespace }),
    method: isOlder ? METHOD.diskInfo : METHOD.diskSettings,
    arguments: { Path: path },
    signal,
    limitMs: ASKING_LIMIT_MS,
  });
  return (isOlder ? parentInXml(outcome) : parentInSettings(outcome)) || undefined;
}

function parentInSettings(outcome: CallOutcome): string | undefined {
  const settings = outcome.kind === "done" ? outcome.out["SettingData"] : undefined;
  return isInstance(settings) ? optionalTextOf(settings, "ParentPath") : undefined;
}

function parentInXml(outcome: CallOutcome): string | undefined {
  const info = outcome.kind === "done" ? outcome.out["Info"] : undefined;
  if (isInstance(info)) return optionalTextOf(info, "ParentPath");
  const written = typeof info === "string" ? PARENT_IN_XML.exec(info)?.[1] : undefined;
  return written?.replaceAll(
    /&(?:lt|gt|quot|apos|amp);/g,
    (entity) => ENTITIES[entity as keyof typeof ENTITIES],
  );
}
