import assert from "node:assert/strict";
import { test } from "node:test";
import { mappedFiles } from "../../places/index.ts";
import { Scene } from "../../simulator/testing/index.ts";
import { openHypervHost } from "../hyperv-host.ts";
import { MemoryJournal } from "../testing/index.ts";
import { holdOptions, MACHINE } from "../testing/scene-host.ts";

const SCENES = {
  "a recovery checkpoint": { os: { caption: "Windows Server 2019", version: "10.0.17763", productType: 3 } },
  "a shadow copy": { os: { caption: "Windows Server 2012 R2", version: "6.3.9600", productType: 3 } },
};

for (const [method, host] of Object.entries(SCENES)) {
  test(`\`hold()\` by ${method} refuses a drive that cannot be read from here before anything is made`, async () => {
    await using scene = await Scene.open({ host });
    const journal = new MemoryJournal();
    const { session, clock, entropy } = scene;
    const maps = [
      [{}, "host-file-unmapped"],
      [{ drives: { D: scene.native("D:\\") } }, undefined],
      [{ drives: { D: `${scene.folder}/drives/nowhere` } }, "host-file-missing"],
    ] as const;
    for (const [map, code] of maps) {
      const made: string[] = [];
      await using hypervHost = await openHypervHost({
        session,
        files: mappedFiles(map),
        commands: {
          async run(program) {
            made.push(program);
            return { exitCode: 1, output: "", errorOutput: "" };
          },
        },
        clock,
        entropy,
        journal: { ...journalOf(journal, made) },
        hostKey: "winrm:hv01",
      });
      // the drive alone is enough for a checkpoint, and not for a shadow copy
      const expected = code ?? (method === "a shadow copy" ? "host-file-unmapped" : undefined);
      if (expected === undefined) continue;
      await assert.rejects(hypervHost.hold(MACHINE, holdOptions()), { code: expected });
      assert.deepEqual(made, []);
    }
  });
}

/** The journal, with what is written into it. */
function journalOf(
  journal: MemoryJournal,
  made: string[],
): Pick<MemoryJournal, "record" | "amend" | "strike" | "abandoned" | "adrift"> {
  return {
    record: async (entry) => {
      made.push(entry.kind);
      return await journal.record(entry);
    },
    amend: async (id, facts) => await journal.amend(id, facts),
    strike: async (id) => await journal.strike(id),
    abandoned: async (host) => await journal.abandoned(host),
    adrift: async (host) => await journal.adrift(host),
  };
}
