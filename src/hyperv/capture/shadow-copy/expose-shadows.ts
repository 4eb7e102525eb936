import { hexFromBytes } from "../../../base/index.ts";
import { CimFault, type CimInstance, optionalTextOf } from "../../../cim/index.ts";
import { CIMV2, CLASS } from "../../cim-names.ts";
import type { HostAccess } from "../host-access.ts";
import type { ListedShadow } from "./diskshadow-output.ts";
import { exposureScript, withdrawalScript } from "./diskshadow-script.ts";
import { runDiskshadow } from "./run-diskshadow.ts";
import type { ShadowCustody, ShadowFacts } from "./shadow-custody.ts";
import type { ShadowedVolume } from "./shadow-view.ts";
import { readVssFailure, type VssFailure } from "./vss-failure.ts";

const EXPOSURE_LIMIT_MS = 5 * 60_000;

export type Exposure =
  | { readonly kind: "made"; readonly volumes: readonly ShadowedVolume[] }
  | { readonly kind: "failed"; readonly failure: VssFailure };

/**
 * Makes shadow copies readable from here. A device can be opened on its own host only; for a host over the network each
 * one becomes a share, whose name the journal has first (vss-remote-read). On the host itself there is nothing to do.
 */
export async function exposeShadows(
  access: HostAccess,
  custody: ShadowCustody,
  made: { readonly volumes: readonly ShadowedVolume[]; readonly listed: readonly ListedShadow[] },
): Promise<Exposure> {
  const { shadowServer } = access;
  const { volumes, listed } = made;
  if (shadowServer === undefined) return { kind: "made", volumes };
  const stem = `Stillpoint-${hexFromBytes(access.entropy.bytes(6))}`;
  const exposed = volumes.map((volume, at) => {
    const shadow = volume.device.startsWith("\\\\?\\")
      ? listed.find(({ device }) => device === volume.device)
      : undefined; // the copy of a share is a share already
    return { volume, shadow, share: `${stem}-${at}$` };
  });
  const shares = exposed.flatMap(({ shadow, share }) =>
    shadow === undefined ? [] : [{ id: shadow.id, share }],
  );
  await custody.amend({ shares: shares.map(({ share }) => share) });
  const script = exposureScript(shares);
  const result = await runDiskshadow(access, custody.facts.paths, { script, timeoutMs: EXPOSURE_LIMIT_MS });
  if (result.exitCode !== 0) return { kind: "failed", failure: readVssFailure(result) };
  return {
    kind: "made",
    volumes: exposed.map(({ volume, shadow, share }) =>
      shadow === undefined ? volume : { ...volume, device: `\\\\${shadowServer}\\${share}` },
    ),
  };
}

/** Takes the shares away; each in a script of its own, because one that is gone already ends its script. */
export async function withdrawShares(access: HostAccess, facts: ShadowFacts): Promise<void> {
  for (const share of facts.shares) {
    const script = withdrawalScript(share);
    await runDiskshadow(access, facts.paths, { script, timeoutMs: EXPOSURE_LIMIT_MS });
  }
}

/** Shares of ours that stand, one sentence each. */
export async function standingShares(access: HostAccess, facts: ShadowFacts): Promise<readonly string[]> {
  if (facts.shares.length === 0) return [];
  let rows: readonly CimInstance[];
  try {
    rows = await Array.fromAsync(access.session.query(CIMV2, `SELECT * FROM ${CLASS.share}`));
  } catch (error) {
    if (!(error instanceof CimFault)) throw error;
    return [`whether its shares ${facts.shares.join(", ")} are gone is not known: ${error.message}`];
  }
  const names = new Set(rows.map((row) => optionalTextOf(row, "Name")?.toLowerCase()));
  return facts.shares
    .filter((share) => names.has(share.toLowerCase()))
    .map((share) => `its share "${share}" stands`);
}
