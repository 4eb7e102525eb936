/** root\MSCluster, as far as it is asked for: the reference pages of the Failover Cluster WMI Provider. */
export const CLUSTER_MOF = `
class MSCluster_Resource {
  [Key] string Id;
  string Name;
  string Type;
  string OwnerGroup;
  string OwnerNode;
  uint32 State;
  boolean CoreResource;
  [EmbeddedInstance("MSCluster_Property")] object PrivateProperties;
};
class MSCluster_Property_Resource_Virtual_Machine {
  string VmID;
};
`;
