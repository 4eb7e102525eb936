import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { temporaryFolder } from "../../places/testing/index.ts";
import { remoteFiles, withAdministrativeShares } from "./remote-files.ts";

test("`withAdministrativeShares()` reads each drive that is not named through the host's own share", () => {
  const map = withAdministrativeShares({ drives: { "d:": "X:\\hv01" } }, "hv01");
  assert.equal(map.drives?.["C"], "\\\\hv01\\C$");
  assert.equal(map.drives?.["D"], "X:\\hv01");
  assert.equal(map.otherShares, "as-written");
  assert.equal(Object.keys(map.drives ?? {}).length, 26);
});

test("`withAdministrativeShares()` names an IPv6 address as Windows names it in paths", () => {
  const { drives } = withAdministrativeShares({}, "fe80::1");
  assert.equal(drives?.["C"], "\\\\fe80--1.ipv6-literal.net\\C$");
});

test("`remoteFiles()` knows no drive without a map, except on Windows", async () => {
  const elsewhere = await remoteFiles("hv01", { separator: "/" });
  await assert.rejects(elsewhere.files.stat("C:\\a"), { code: "host-file-unmapped" });
  assert.equal(elsewhere.shadowServer, undefined);
  const windows = await remoteFiles("hv01", { separator: "\\" });
  assert.equal(await windows.files.stat("C:\\a"), undefined);
  assert.equal(windows.shadowServer, "hv01");
});

test("`remoteFiles()` reads shadow copies as devices where the map has them", async () => {
  await using folder = await temporaryFolder();
  const pathMap = join(folder.path, "paths.json");
  const devices = { "\\\\?\\GLOBALROOT\\Device": folder.path };
  await writeFile(pathMap, JSON.stringify({ drives: {}, devices }));
  const { files, shadowServer } = await remoteFiles("hv01", { pathMap, separator: "\\" });
  assert.equal(shadowServer, undefined);
  const inShadow = "\\\\?\\GLOBALROOT\\Device\\HarddiskVolumeShadowCopy7\\a";
  assert.equal(await files.stat(inShadow), undefined);
});
