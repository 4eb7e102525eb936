import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { describe, test } from "node:test";
import { SeededEntropy } from "../../src/base/testing/index.ts";
import { hostJson, scsiDisk, smallDisk } from "../testing/backup-scene.ts";
import { needs, run } from "../testing/oracles.ts";
import { type Said, Workplace } from "../testing/stillpoint.ts";

const ID = "7B1F0D6E-3C50-4B0C-9C67-0F5E1D2A3B01";
const OFFSET = 2 << 20;
const DISK = "host/drives/D/M/m.vhdx";

async function placeWithHost(): Promise<Workplace> {
  const place = new Workplace();
  mkdirSync(dirname(place.path(DISK)), { recursive: true });
  writeFileSync(place.path(DISK), await smallDisk(1));
  const machine = { id: ID, name: "web01", disks: [scsiDisk(0, "D:\\M\\m.vhdx")] };
  writeFileSync(place.path("host/host.json"), hostJson([machine]));
  return place;
}

const simulate = async (place: Workplace, act: string, ...flags: readonly string[]): Promise<Said> =>
  await place.run(["simulate", act, "--state", place.path("host"), ...flags]);

const guestWrites = async (place: Workplace, bytes: Uint8Array): Promise<Said> => {
  writeFileSync(place.path("bytes"), bytes);
  const where = ["--disk", "0", "--offset", String(OFFSET), "--from", place.path("bytes")];
  return await simulate(place, "write", "--machine", "web01", ...where);
};

/** What the guest sees at the offset, read by QEMU from the file that the machine has in place now. */
function guestSees(place: Workplace, length: number): Uint8Array {
  const host = JSON.parse(readFileSync(place.path("host/host.json"), "utf8"));
  const path = String(host.machines[0].disks[0].path);
  const native = place.path("host/drives", path.slice(0, 1), ...path.slice(3).split("\\"));
  run("qemu-img", ["check", "-r", "all", native]); // replays the log
  run("qemu-img", ["convert", "-f", "vhdx", "-O", "raw", native, place.path("raw")]);
  return readFileSync(place.path("raw")).subarray(OFFSET, OFFSET + length);
}

describe("`stillpoint simulate` write, checkpoint, apply, remove, audit", () => {
  test("the guest's bytes are where QEMU reads them", needs("qemu-img"), async () => {
    using place = await placeWithHost();
    const bytes = new SeededEntropy(5).bytes(8192);
    const said = await guestWrites(place, bytes);
    assert.deepEqual([said.code, said.summary["bytesWritten"]], [0, 8192]);
    assert.deepEqual(Buffer.from(guestSees(place, 8192)), Buffer.from(bytes));
  });

  for (const [kept, ending] of [
    ["gone when it is applied", ["apply", "remove"]],
    ["there when it is removed", ["remove"]],
  ] as const) {
    test(
      `a checkpoint keeps what was there: the guest's later bytes are ${kept}`,
      needs("qemu-img"),
      async () => {
        using place = await placeWithHost();
        const checkpoint = ["--machine", "web01", "--name", "one"];
        const made = await simulate(place, "checkpoint", ...checkpoint);
        assert.match(String(made.summary["id"]), /^[0-9A-F-]{36}$/);
        const bytes = new SeededEntropy(6).bytes(4096);
        assert.equal((await guestWrites(place, bytes)).code, 0);
        for (const act of ending) assert.equal((await simulate(place, act, ...checkpoint)).code, 0, act);
        const wanted = ending.length === 1 ? Buffer.from(bytes) : Buffer.alloc(4096); // the noise of the disk is elsewhere
        assert.deepEqual(Buffer.from(guestSees(place, 4096)), wanted);
        assert.deepEqual((await simulate(place, "audit")).summary["leftBehind"], []);
      },
    );
  }

  test("an audit that finds something ends with 1 and says what", async () => {
    using place = await placeWithHost();
    writeFileSync(
      place.path("host/host.json"),
      hostJson([{ id: ID, name: "web01", disks: [] }], {
        wireFaults: [{ operation: "query", instead: "cut" }],
      }),
    );
    const said = await simulate(place, "audit");
    assert.equal(said.code, 1);
    assert.match(String(said.summary["leftBehind"]), /"query" was met 0 of 1 times/);
  });

  test("what a guest or a user cannot do is refused with its code", async () => {
    using place = await placeWithHost();
    const code = async (act: string, ...flags: readonly string[]): Promise<unknown> => {
      const said = await simulate(place, act, ...flags);
      return [said.code, said.errors[0]?.["code"]];
    };
    const refused = [1, "simulated-act-refused"];
    assert.deepEqual(await code("apply", "--machine", "web01", "--name", "none"), refused);
    assert.deepEqual(await code("checkpoint", "--machine", "none", "--name", "one"), refused);
    assert.deepEqual((await guestWrites(place, new Uint8Array(100))).errors[0]?.["code"], refused[1]);
    assert.deepEqual(await code("checkpoint", "--machine", "web01"), [2, "usage"]);
    const where = ["--machine", "web01", "--disk", "first", "--offset", "0", "--from", place.path("bytes")];
    assert.deepEqual(await code("write", ...where), [2, "usage"]);
  });
});
