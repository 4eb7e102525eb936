/** Names one instance: `\\HV01\root\virtualization\v2:Msvm_ComputerSystem.Name="…"`. */
export interface CimReference {
  readonly kind: "reference";
  readonly namespace: string;
  readonly className: string;
  /** Key properties by name; a singleton has none. */
  readonly keys: Readonly<Record<string, string | number | boolean>>;
}

/** An instance as it came over the wire: what the host did not send is absent, what it sent as nothing is null. */
export interface CimInstance {
  readonly kind: "instance";
  readonly className: string;
  /** Absent for embedded instances, which have no place of their own. */
  readonly reference?: CimReference | undefined;
  readonly properties: Readonly<Record<string, CimValue>>;
}

/** A moment, as a CIM datetime tells it. */
export interface CimMoment {
  readonly kind: "moment";
  readonly instant: Temporal.Instant;
}

/**
 * Integers of up to 53 bits are numbers; larger ones bigint. Embedded instances stand as instances wherever the class
 * declares one, also where the wire carries them as text.
 */
export type CimValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | CimMoment
  | CimReference
  | CimInstance
  | readonly CimValue[];

/** What a method answered. `returnValue` 0: done; 4096: a host job goes on, its reference is in `out`. */
export interface CimMethodResult {
  readonly returnValue: number;
  readonly out: Readonly<Record<string, CimValue>>;
}
