import { parseGuid, StillpointError } from "../../base/index.ts";
import { CimFault, type CimInstance, type CimSession, isInstance, optionalTextOf } from "../../cim/index.ts";
import { CLASS, CLUSTER, WBEM } from "../cim-names.ts";
import type { MachineElsewhere } from "../machine-host.ts";

const MACHINE_RESOURCE = "Virtual Machine";

/**
 * The machines of the host's cluster and the node that each is on; none where there is no cluster. MSCluster_Resource of
 * type "Virtual Machine" has the machine's id among its private properties (docs/unconfirmed.md, cluster-resource).
 * @throws {CimFault} where this account may not look into the cluster
 */
export async function readClusterOwners(
  session: CimSession,
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<readonly MachineElsewhere[]> {
  return await ownersUnless(ABSENT, { session, signal: options.signal });
}

/** The same for those who take a cluster that they may not look into for none. */
export async function readVisibleOwners(
  session: CimSession,
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<readonly MachineElsewhere[]> {
  return await ownersUnless(new Set([...ABSENT, WBEM.accessDenied]), { session, signal: options.signal });
}

const ABSENT: ReadonlySet<number> = new Set([WBEM.invalidNamespace, WBEM.invalidClass, WBEM.notFound]);

async function ownersUnless(
  passed: ReadonlySet<number>,
  read: { readonly session: CimSession; readonly signal: AbortSignal | undefined },
): Promise<readonly MachineElsewhere[]> {
  const { session, signal } = read;
  try {
    const rows = await Array.fromAsync(
      session.query(CLUSTER, `SELECT * FROM ${CLASS.clusterResource}`, { signal }),
    );
    return rows.flatMap(ownerIn);
  } catch (error) {
    if (error instanceof CimFault && passed.has(error.parts.code)) return [];
    // carriers tell of a missing right by errors of their own
    if (passed.has(WBEM.accessDenied) && isDenied(error)) return [];
    throw error;
  }
}

function isDenied(error: unknown): boolean {
  if (error instanceof StillpointError && error.code === "host-bridge-denied") return true;
  const isSignIn = error instanceof StillpointError && error.code === "host-authentication-failed";
  return isSignIn && "reason" in error && error.reason === "not-allowed";
}

function ownerIn(row: CimInstance): readonly MachineElsewhere[] {
  if (optionalTextOf(row, "Type") !== MACHINE_RESOURCE) return [];
  const own = row.properties["PrivateProperties"];
  const id = parseGuid((isInstance(own) ? optionalTextOf(own, "VmID") : undefined) ?? "");
  const node = optionalTextOf(row, "OwnerNode");
  if (id === undefined || node === undefined || node === "") return [];
  return [{ id, name: optionalTextOf(row, "OwnerGroup") || id, node }];
}

/** Nodes are named with and without their domain, in any case. */
export function isSameNode(a: string, b: string): boolean {
  return shortName(a) === shortName(b);
}

function shortName(name: string): string {
  return name.split(".", 1)[0]?.toLowerCase() ?? "";
}
