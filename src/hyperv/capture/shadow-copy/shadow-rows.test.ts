import assert from "node:assert/strict";
import { test } from "node:test";
import { guid } from "../../../base/index.ts";
import { CimFault, type CimInstance } from "../../../cim/index.ts";
import { accessTo } from "../../testing/access-to.ts";
import { row, ScriptedSession } from "../../testing/index.ts";
import { lastInstalled } from "./shadow-rows.ts";
import { shadowsNamedIn } from "./shadows-named-in.ts";

const OURS = guid("bbbbbbbb-0000-4000-8000-000000000001");
const OTHERS = guid("bbbbbbbb-0000-4000-8000-000000000002");
const SET = guid("aaaaaaaa-0000-4000-8000-000000000001");
const VOLUME = "\\\\?\\Volume{cccccccc-0000-4000-8000-000000000001}\\";

function shadow(id: string, installed: string | null): CimInstance {
  return row("Win32_ShadowCopy", {
    ID: `{${id.toUpperCase()}}`,
    SetID: `{${SET.toUpperCase()}}`,
    VolumeName: VOLUME,
    DeviceObject: `\\\\?\\GLOBALROOT\\Device\\${id}`,
    InstallDate: installed === null ? null : { kind: "moment", instant: Temporal.Instant.from(installed) },
  });
}

function hostWith(...rows: readonly CimInstance[]): ReturnType<typeof accessTo> {
  return accessTo(new ScriptedSession({ rows: { Win32_ShadowCopy: rows } }));
}

test("`shadowsNamedIn()` gives the shadow copies whose ids were printed, in any case, and nobody else's", async () => {
  const access = hostWith(shadow(OTHERS, null), shadow(OURS, null));
  const found = await shadowsNamedIn(access, `Copie fantôme {${OURS.toUpperCase()}} …`);
  const device = `\\\\?\\GLOBALROOT\\Device\\${OURS}`;
  assert.deepEqual(found, [{ id: OURS, set: SET, volume: VOLUME, mount: VOLUME, device }]);
  assert.deepEqual(await shadowsNamedIn(access, `set {${SET}}`), []);
});

test("`lastInstalled()` is the last moment of the wanted ones, and nothing where the host shows none of them", async () => {
  const third = "bbbbbbbb-0000-4000-8000-000000000003";
  const access = hostWith(
    shadow(third, "2026-01-01T00:00:05Z"),
    shadow(OURS, "2026-01-01T00:00:04Z"),
    shadow(OTHERS, "2026-01-01T09:00:00Z"),
  );
  assert.equal(String(await lastInstalled(access, [OURS, guid(third)])), "2026-01-01T00:00:05Z");
  assert.equal(await lastInstalled(access, []), undefined);
  assert.equal(await lastInstalled(access, [guid("bbbbbbbb-0000-4000-8000-000000000009")]), undefined);
  assert.equal(await lastInstalled(hostWith(shadow(OURS, null)), [OURS]), undefined);
});

test("`lastInstalled()` of a host that refuses to show shadow copies is nothing", async () => {
  const session = new ScriptedSession({ rows: {} });
  session.query = () => {
    throw new CimFault("Cannot query: no", { code: 0x80041003, reason: "no" });
  };
  assert.equal(await lastInstalled(accessTo(session), [OURS]), undefined);
});
