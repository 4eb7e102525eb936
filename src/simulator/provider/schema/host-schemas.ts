import type { ClassSchema } from "../../../cim/text/index.ts";
import type { ClassPlace, SchemaSource } from "../../../cim/wsman/index.ts";
import { CIMV2, CLUSTER, V1, V2 } from "../host-view.ts";
import { CIMV2_MOF } from "./cimv2-mof.ts";
import { CLASSIC_MOF } from "./classic-mof.ts";
import { CLUSTER_MOF } from "./cluster-mof.ts";
import { MACHINE_MOF } from "./machine-mof.ts";
import { parseMof, schemaOf } from "./parse-mof.ts";
import { SERVICE_MOF } from "./service-mof.ts";

/** Declarations by namespace. */
export const DECLARATIONS: Readonly<Record<string, readonly string[]>> = {
  [CIMV2]: [CIMV2_MOF],
  [CLUSTER]: [CLUSTER_MOF],
  [V1]: [CLASSIC_MOF],
  [V2]: [MACHINE_MOF, SERVICE_MOF],
};

/** What a release's classes are: of the declarations, never of the instances that happen to be there. */
export function hostSchemas(release: number): SchemaSource {
  const known = new Map(
    Object.entries(DECLARATIONS).flatMap(([namespace, texts]) =>
      texts.flatMap(parseMof).flatMap((declared): [string, ClassSchema][] => {
        const schema = schemaOf(declared, release);
        return schema === undefined ? [] : [[keyOf({ namespace, className: declared.name }), schema]];
      }),
    ),
  );
  return (place) => known.get(keyOf(place));
}

function keyOf({ namespace, className }: ClassPlace): string {
  return `${namespace.replaceAll("/", "\\")}:${className}`.toLowerCase();
}
