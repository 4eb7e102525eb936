/** What a look at a machine that replicates says of it at that moment. */
export interface ReplicationSight {
  /** The state's name: of what goes on with the machine, else of its replication; `critical` is also its health's. */
  readonly state: string;
  /** It would wait, or waits. That a replica applies a log shows only when the host refuses to hold it. */
  readonly blocked: boolean;
}
