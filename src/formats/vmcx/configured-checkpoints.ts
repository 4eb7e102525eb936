import { parseGuid } from "../../base/index.ts";
import { fileTimeFromInstant, instantFromFileTime } from "./file-time.ts";
import { bytesAt, nodeAt, textAt } from "./key-lookup.ts";
import { bytesKey, integerKey, type Key, type KeyNode, nodeKey, textKey } from "./key-tree.ts";
import type { ConfiguredCheckpoint } from "./machine-configuration.ts";

/*
 * Nobody has seen a list with something in it (docs/unconfirmed.md, vmcx-checkpoint-list). Only `size` is known. The
 * form here follows the manifest's: one numbered node for each checkpoint. A real list may look otherwise, or stay
 * empty because the host keeps the tree elsewhere: then this gives nothing, and nothing may depend on it.
 */

export function configuredCheckpoints(configuration: KeyNode): readonly ConfiguredCheckpoint[] {
  const list = nodeAt(configuration, "global_settings/snapshots/list");
  return (list?.children ?? []).flatMap((key) => {
    if (key.type !== "node") return [];
    const id = parseGuid(textAt(key, "guid") ?? "");
    if (id === undefined) return [];
    const created = bytesAt(key, "creation_time");
    return [
      {
        id,
        name: textAt(key, "name"),
        parentId: parseGuid(textAt(key, "parent") ?? ""),
        createdAt: created === undefined ? undefined : instantFromFileTime(created),
      },
    ];
  });
}

export function checkpointList(checkpoints: readonly ConfiguredCheckpoint[]): KeyNode {
  return nodeKey(
    "list",
    integerKey("size", checkpoints.length),
    ...checkpoints.map((checkpoint, at) =>
      nodeKey(`snapshot${String(at + 1).padStart(3, "0")}`, ...keys(checkpoint)),
    ),
  );
}

function keys(checkpoint: ConfiguredCheckpoint): Key[] {
  const { id, name, parentId, createdAt } = checkpoint;
  return [
    textKey("guid", id.toUpperCase()),
    ...(name === undefined ? [] : [textKey("name", name)]),
    ...(parentId === undefined ? [] : [textKey("parent", parentId.toUpperCase())]),
    ...(createdAt === undefined ? [] : [bytesKey("creation_time", fileTimeFromInstant(createdAt))]),
  ];
}
