import assert from "node:assert/strict";
import { test } from "node:test";
import type { HostCommandResult } from "../../../places/index.ts";
import { accessTo } from "../../testing/access-to.ts";
import { MemoryJournal, machineOf, ScriptedSession } from "../../testing/index.ts";
import { MemoryFiles } from "../../testing/memory-files.ts";
import type { WantedVolume } from "./diskshadow-script.ts";
import { makeShadowCopy, type ShadowOutcome } from "./make-shadow-copy.ts";
import { ShadowCustody, type ShadowFacts } from "./shadow-custody.ts";

const VOLUME_D = "\\\\?\\Volume{6cd5140b-0000-0000-0000-00000000000d}\\";
const WANTED: readonly WantedVolume[] = [
  { root: "C:\\", name: "C:", alias: "Stillpoint0" },
  { root: "D:\\", name: "D:", device: VOLUME_D, alias: "Stillpoint1" },
];

/** A shadow copy as it is listed; what is empty is left out. */
function listed(
  n: number,
  parts: { alias?: string; volume?: string; set?: string; device?: string } = {},
): string {
  const { alias = "", volume = "", set = "aaaaaaaa-0000-4000-8000-000000000001", device = `${n}` } = parts;
  return [
    `\t* Shadow copy ID = {bbbbbbbb-0000-4000-8000-00000000000${n}}${alias === "" ? "" : `\t%${alias}%`}`,
    ...(set === "" ? [] : [`\t\t- Shadow copy set: {${set}}`]),
    `\t\t- Original volume name: ${volume}`,
    ...(device === "" ? [] : [`\t\t- Device: \\\\?\\GLOBALROOT\\Device\\HarddiskVolumeShadowCopy${device}`]),
    "",
  ].join("\r\n");
}

async function made(
  result: Partial<HostCommandResult>,
  log?: string,
): Promise<{
  readonly outcome: ShadowOutcome;
  readonly facts: ShadowFacts;
  readonly devices: readonly string[];
}> {
  const files = new MemoryFiles();
  await using session = new ScriptedSession({ rows: {} });
  const access = accessTo(session, {
    files,
    journal: new MemoryJournal(),
    commands: {
      run: async (_program, options) => {
        const path = options.arguments[3];
        if (path !== undefined && log !== undefined) files.write(path, log);
        return { exitCode: 0, output: "", errorOutput: "", ...result };
      },
    },
  });
  const custody = await ShadowCustody.record(access, machineOf(), "run 1");
  const outcome = await makeShadowCopy(access, custody, {
    volumes: WANTED,
    writers: [],
    otherComponents: [],
  });
  assert.ok(!files.paths().includes(custody.facts.paths.script), "the script stays");
  const volumes = outcome.kind === "made" ? outcome.volumes : [];
  const devices = volumes.map(({ root, device }) => `${root} ${device.replace(/^.*Copy/, "")}`);
  return { outcome, facts: custody.facts, devices };
}

test("`makeShadowCopy()` pairs volumes and devices by alias, whatever the order", async () => {
  const output = listed(2, { alias: "STILLPOINT1" }) + listed(1, { alias: "Stillpoint0" });
  const { devices, facts } = await made({ output });
  assert.deepEqual(devices, ["C:\\ 1", "D:\\ 2"]);
  assert.equal(facts.set, "aaaaaaaa-0000-4000-8000-000000000001");
  assert.equal(facts.shadows.length, 2);
});

test("`makeShadowCopy()` pairs by mount, by the volume's name, and by order where nothing else is said", async () => {
  const byVolume =
    listed(2, { volume: VOLUME_D.toUpperCase().replace("VOLUME", "Volume") }) +
    listed(1, { volume: `${VOLUME_D.replace("d}", "c}")} [c:\\]` });
  assert.deepEqual((await made({ output: byVolume })).devices, ["C:\\ 1", "D:\\ 2"]);
  assert.deepEqual((await made({ output: listed(4) + listed(5) })).devices, ["C:\\ 4", "D:\\ 5"]);
});

test("`makeShadowCopy()` takes the log where the output does not show all", async () => {
  const both = listed(1, { alias: "Stillpoint0" }) + listed(2, { alias: "Stillpoint1" });
  assert.deepEqual((await made({ output: "[9999 more bytes were not kept]" }, both)).devices, [
    "C:\\ 1",
    "D:\\ 2",
  ]);
});

test("`makeShadowCopy()` fails when a volume has no device, two have one, or no set is named; the journal knows what is listed", async () => {
  const outputs = [
    listed(1, { alias: "Stillpoint0" }),
    listed(1, { alias: "Stillpoint0", device: "7" }) + listed(2, { alias: "Stillpoint1", device: "7" }),
    listed(1, { alias: "Stillpoint0" }) + listed(2, { alias: "Stillpoint1", device: "" }),
    listed(1, { alias: "Stillpoint0", set: "" }) + listed(2, { alias: "Stillpoint1", set: "" }),
  ];
  for (const output of outputs) {
    const { outcome, facts } = await made({ output });
    assert.ok(outcome.kind === "failed", output);
    assert.match(outcome.failure.sentence, /does not say where the shadow copies are/);
    assert.ok(facts.shadows.length > 0);
  }
});

test("`makeShadowCopy()` that fails with a listed shadow copy leaves it to the journal; without one nothing was made", async () => {
  const failed = await made({ exitCode: 2, output: `${listed(1)}0x800423f4` });
  assert.deepEqual(
    [failed.outcome.kind, failed.facts.shadows.length, failed.facts.volumes?.length],
    ["failed", 1, 2],
  );
  const nothing = await made({ exitCode: 2, output: "0x800423f4" });
  assert.deepEqual([nothing.outcome.kind, nothing.facts.shadows, nothing.facts.volumes], ["failed", [], []]);
  const silent = await made({ output: "done" });
  assert.deepEqual([silent.outcome.kind, silent.facts.volumes], ["failed", ["C:\\", "D:\\"]]);
});
