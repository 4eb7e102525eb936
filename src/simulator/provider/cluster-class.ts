import { derivedGuid } from "../state/derived-guid.ts";
import type { CimClass } from "./host-view.ts";

/** The cluster's resources for machines, as far as they are asked for: docs/unconfirmed.md, cluster-resource. */
export const CLUSTER_RESOURCE: CimClass = {
  name: "MSCluster_Resource",
  keys: ["Id"],
  since: 0,
  instances: (view) =>
    view.clustered.map((machine) => ({
      Id: derivedGuid(machine.id, "cluster resource"),
      Name: `Virtual Machine ${machine.name}`,
      Type: "Virtual Machine",
      OwnerGroup: machine.name,
      OwnerNode: machine.clusterOwner ?? view.host.name,
      PrivateProperties: {
        kind: "instance",
        className: "MSCluster_Property_Resource_Virtual_Machine",
        properties: { VmID: machine.id },
      },
    })),
};
