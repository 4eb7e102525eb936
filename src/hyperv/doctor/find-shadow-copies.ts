import { CimFault, optionalTextOf } from "../../cim/index.ts";
import { textIn, textsIn } from "../capture/journal-facts.ts";
import { CIMV2, CLASS } from "../cim-names.ts";
import { momentOf } from "../inventory/moment-of.ts";
import { ageSeconds } from "./age.ts";
import type { Examination } from "./examination.ts";
import type { Leftover } from "./leftover.ts";

/** Standing shadow copies that no entry of the journal names; many are wanted (previous versions of shared folders). */
export async function findShadowCopies(examination: Examination): Promise<readonly Leftover[]> {
  const { access, entries, now, signal } = examination;
  const known = new Set(
    entries.flatMap(({ facts }) => [textIn(facts["set"]) ?? "", ...textsIn(facts["shadows"])]).map(bare),
  );
  try {
    const rows = await Array.fromAsync(
      access.session.query(CIMV2, `SELECT * FROM ${CLASS.shadowCopy}`, { signal }),
    );
    return rows
      .filter(
        (row) =>
          !known.has(bare(optionalTextOf(row, "ID"))) && !known.has(bare(optionalTextOf(row, "SetID"))),
      )
      .map((row) => {
        const installed = row.properties["InstallDate"];
        return {
          kind: "shadow-copy",
          owner: "other",
          subject: `${optionalTextOf(row, "ID") ?? ""} of ${optionalTextOf(row, "VolumeName") ?? "a volume"}`,
          ageSeconds: ageSeconds(momentOf(installed), now),
          removable: false,
          action:
            "nothing: previous versions of shared folders or another product may need it; diskshadow shows more",
        };
      });
  } catch (error) {
    if (error instanceof CimFault) return []; // a host that does not show them: the journal's own are listed all the same
    throw error;
  }
}

function bare(id: string | undefined): string {
  return (id ?? "").replaceAll(/[{}]/g, "").toLowerCase();
}
