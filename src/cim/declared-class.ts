/** A class as its documents declare it, for hosts that do not describe their classes themselves. */
export interface DeclaredClass {
  readonly namespace: string;
  readonly className: string;
  readonly keys: readonly string[];
  /** The type of each property, as MOF names it: `string`, `uint16[]`. */
  readonly properties: Readonly<Record<string, string>>;
}
