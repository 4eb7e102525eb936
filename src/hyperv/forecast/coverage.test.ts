import assert from "node:assert/strict";
import { test } from "node:test";
import { codesOf, on, words } from "../testing/forecast-on.ts";
import { diskOf } from "../testing/index.ts";

test("`forecastMachine()` names what is not covered, with its size and the ways out, and warns of each", () => {
  const forecast = on("2019", {
    disks: [
      diskOf(),
      diskOf({
        location: 1,
        kind: "pass-through",
        path: undefined,
        physicalDisk: { number: 3, bytes: 2 ** 40 },
      }),
      diskOf({ location: 2, kind: "vhds", path: "C:\\ClusterStorage\\V1\\data.vhds" }),
    ],
    fibreChannelPorts: 2,
    unplacedDisks: [{ path: "D:\\M\\pmem.vhdpmem", why: "its controller is of a kind that is not known" }],
  });
  assert.equal(words(forecast), "application production recovery-checkpoint no");
  assert.deepEqual(
    forecast.uncovered.map(({ disk, bytes }) => [disk, bytes]),
    [
      ["SCSI 0:1, physical disk 3", 2 ** 40],
      ["C:\\ClusterStorage\\V1\\data.vhds", undefined],
      ["D:\\M\\pmem.vhdpmem", undefined],
      ["virtual Fibre Channel", undefined],
    ],
  );
  assert.match(forecast.uncovered[0]?.why ?? "", /inside the guest, or convert it to a virtual disk/);
  assert.deepEqual(codesOf(forecast), [
    "passthrough-disk-not-covered",
    "vhd-set-not-covered",
    "disk-not-covered",
    "fibre-channel-not-covered",
  ]);
  assert.match(
    forecast.warnings[0]?.message ?? "",
    /SCSI 0:1, physical disk 3.*inside the guest.*New Virtual Disk Wizard/,
  );
});
