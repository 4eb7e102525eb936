import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { temporaryFolder } from "../../places/testing/index.ts";
import { PathMapError } from "../errors.ts";
import { readPathMapFile } from "./path-map-file.ts";

async function read(text: string): Promise<Awaited<ReturnType<typeof readPathMapFile>>> {
  await using folder = await temporaryFolder();
  const path = join(folder.path, "paths.json");
  await writeFile(path, text);
  return await readPathMapFile(path);
}

test("`readPathMapFile()` reads drives, shares and devices; relative folders lie beside the file", async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, "paths.json");
  const map = {
    drives: { D: "/mnt/hv01-d", e: "mounted/e" },
    shares: { "\\\\nas\\machines": "/mnt/machines" },
    devices: { "\\\\?\\GLOBALROOT\\Device\\HarddiskVolumeShadowCopy7": "/mnt/shadow" },
  };
  await writeFile(path, `\uFEFF${JSON.stringify(map)}`);
  assert.deepEqual(await readPathMapFile(path), {
    ...map,
    drives: { D: "/mnt/hv01-d", e: join(folder.path, "mounted/e") },
  });
});

test("`readPathMapFile()` names the field that is wrong", async () => {
  const cases = [
    ['{"drives":{"D":7}}', "drives.D"],
    ['{"drives":{"D":""}}', "drives.D"],
    ['{"drives":{"DD":"/mnt"}}', "drives.DD"],
    ['{"shares":{}}', "drives"],
    ['{"drives":{},"shares":{"nas":"/mnt"}}', "shares.nas"],
    ['{"drives":{},"devices":{"D:":"/mnt"}}', "devices.D:"],
    ['{"drives":{},"drive":{}}', "drive"],
    ["[]", undefined],
  ] as const;
  for (const [text, field] of cases) {
    await assert.rejects(
      read(text),
      (error) => error instanceof PathMapError && error.field === field && !error.message.includes("\n"),
      text,
    );
  }
});

test("`readPathMapFile()` refuses what is missing and what is no JSON", async () => {
  await assert.rejects(readPathMapFile("/nowhere/paths.json"), /cannot be opened/);
  await assert.rejects(read("drives: D"), /is not JSON/);
});
