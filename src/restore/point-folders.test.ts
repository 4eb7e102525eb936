import assert from "node:assert/strict";
import { test } from "node:test";
import { guid, type RestorePointId } from "../base/index.ts";
import { pointFolders } from "./point-folders.ts";

const MACHINE = "7b1f0d6e-3c50-4b0c-9c67-0f5e1d2a3b4c";

function point(name: string, time = "2026-11-22T01:15:00Z", id = "1".repeat(32)) {
  return { id: id as RestorePointId, machine: { id: guid(MACHINE), name }, time };
}

test("`pointFolders()` calls each folder as its machine, and tells restore points of one machine by their time, then by their id", () => {
  assert.deepEqual(pointFolders([point("web01"), point("db01")], "posix"), ["web01", "db01"]);
  assert.deepEqual(
    pointFolders([point("web01"), point("db01"), point("web01", "2026-11-23T01:15:07.123456Z")], "posix"),
    ["web01 2026-11-22T01-15-00Z", "db01", "web01 2026-11-23T01-15-07Z"],
  );
  const ids = ["a".repeat(32), "b".repeat(32)];
  assert.deepEqual(
    pointFolders(
      ids.map((id) => point("web01", "2026-11-22T01:15:00.5Z", id)),
      "posix",
    ),
    ids.map((id) => `web01 2026-11-22T01-15-00Z ${id}`),
  );
});

test("`pointFolders()` tells names apart as the file system here does", () => {
  const points = [point("Web01"), point("web01", "2026-11-23T00:00:00Z")];
  assert.deepEqual(pointFolders(points, "posix"), ["Web01", "web01"]);
  assert.deepEqual(pointFolders(points, "windows"), [
    "Web01 2026-11-22T01-15-00Z",
    "web01 2026-11-23T00-00-00Z",
  ]);
});

test("`pointFolders()` never leads out of the folder, and takes the machine's id where its name is no folder's", () => {
  const names = ["../../etc", "a\\b:c?", "..", ".", " ", "CON", "nul.txt", "x. ", "\u0007bell"];
  assert.deepEqual(
    names.map((name) => pointFolders([point(name)], "posix")[0]),
    [".._.._etc", "a_b:c?", MACHINE, MACHINE, MACHINE, "CON", "nul.txt", "x.", "_bell"],
  );
  assert.deepEqual(
    names.map((name) => pointFolders([point(name)], "windows")[0]),
    [".._.._etc", "a_b_c_", MACHINE, MACHINE, MACHINE, MACHINE, MACHINE, "x", "_bell"],
  );
  const ids = ["..", "../../etc", "web01/Virtual Machines", ""].map((machine) => ({
    ...point(".."),
    machine: { id: machine, name: ".." },
  }));
  assert.deepEqual(
    ids.map((one) => pointFolders([one], "posix")[0]),
    ["1".repeat(32), ".._.._etc", "web01_Virtual Machines", "1".repeat(32)],
    "a write-only host may say of the machine's id too what it likes",
  );
  const [zoned] = pointFolders(
    [point("a", "2026-11-22T02:15:00.25+01:00[Europe/Berlin]"), point("a")].map((one, at) => ({
      ...one,
      id: String(at).repeat(32) as RestorePointId,
    })),
    "windows",
  );
  assert.equal(zoned, `a 2026-11-22T01-15-00Z ${"0".repeat(32)}`, "and the time in any form");
  const long = pointFolders(
    [point("ü".repeat(300)), point("ü".repeat(300), "2026-11-23T00:00:00Z")],
    "posix",
  );
  for (const folder of long) assert.ok(new TextEncoder().encode(folder).length <= 255, folder);
});
