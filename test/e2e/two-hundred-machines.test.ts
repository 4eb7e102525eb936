import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { hostJson, scsiDisk } from "../testing/backup-scene.ts";
import { needs } from "../testing/oracles.ts";
import { HOST_PASSWORD, HOST_USER, SimulatedProcess } from "../testing/simulated-process.ts";
import { Workplace } from "../testing/stillpoint.ts";

const MACHINES = 200;
const DISKS = 4;
/** One machine takes 28, of which the handshake has 2 and the descriptions of classes most; rows come by the hundred. */
const MOST_REQUESTS = 60;
const PEAK_KIB = 150 * 1024;

test(
  "200 machines are listed over the wire in few requests and little memory",
  needs("/usr/bin/time"),
  async (context) => {
    using place = new Workplace();
    const machines = Array.from({ length: MACHINES }, (_, at) => ({
      id: `7B1F0D6E-3C50-4B0C-9C67-${String(at).padStart(12, "0")}`,
      name: `machine${at}`,
      state: at % 2 === 0 ? "running" : "off",
      memoryMegabytes: 1,
      networkAdapters: [{ name: "LAN", mac: "00:15:5d:00:00:01", switch: "External", connected: true }],
      disks: Array.from({ length: DISKS }, (__, disk) => scsiDisk(disk, `D:\\M\\${at}-${disk}.vhdx`)),
    }));
    mkdirSync(place.path("host/drives/D"), { recursive: true });
    writeFileSync(place.path("host/host.json"), hostJson(machines));
    await using host = await SimulatedProcess.start(place);
    const peak = place.path("peak");
    const listed = await place.run(["machines", "--host", `winrm://${HOST_USER}@127.0.0.1:${host.port}`], {
      under: ["/usr/bin/time", "-f", "%M", "-o", peak],
      environment: { STILLPOINT_HOST_PASSWORD: HOST_PASSWORD },
    });
    const names = listed.lines.filter(({ type }) => type === "machine").map(({ name }) => name);
    assert.deepEqual(new Set(names), new Set(machines.map(({ name }) => name)), listed.text.slice(0, 500));
    const { summary } = await host.end();
    const requests = Number(summary["requests"]);
    const peakKib = Number(readFileSync(peak, "utf8"));
    context.diagnostic(`${requests} HTTP requests, peak ${Math.round(peakKib / 1024)} MiB`);
    assert.ok(requests > 0 && requests <= MOST_REQUESTS, `${requests} requests`);
    assert.ok(peakKib > 0 && peakKib < PEAK_KIB, `peak of ${peakKib} KiB`);
  },
);
