import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { Scene } from "../simulator/testing/index.ts";
import type { HeldMachine } from "./held-machine.ts";
import type { HoldWishes } from "./hold-wishes.ts";
import { openHypervHost } from "./index.ts";
import { MemoryJournal, type RecordedPorts, recordedPorts } from "./testing/index.ts";
import { holdOptions, MACHINE } from "./testing/scene-host.ts";

const PROTOCOL = readFileSync(join(import.meta.dirname, "../../docs/host-protocol.md"), "utf8");

/** Version of the host, configuration version of its machines, the heading of its table. */
const RELEASES = {
  "2008 R2": ["6.1.7601", "3.0", "Windows Server 2008 R2"],
  "2012": ["6.2.9200", "4.0", "Windows Server 2012 and 2012 R2"],
  "2012 R2": ["6.3.9600", "5.0", "Windows Server 2012 and 2012 R2"],
  "2016, configuration 5.0": ["10.0.14393", "5.0", "Windows Server 2012 and 2012 R2"],
  "2016": ["10.0.14393", "8.0", "Windows Server 2016, 2019, 2022 and 2025"],
  "2019": ["10.0.17763", "9.0", "Windows Server 2016, 2019, 2022 and 2025"],
  "2022": ["10.0.20348", "10.0", "Windows Server 2016, 2019, 2022 and 2025"],
  "2025": ["10.0.26100", "12.0", "Windows Server 2016, 2019, 2022 and 2025"],
} as const;

type Release = keyof typeof RELEASES;

const RELEASE_NAMES = Object.keys(RELEASES) as readonly Release[];

/** The first column of a release's table; `without` are the conditions that do not hold. */
function promised(release: Release, holds: readonly string[] = []): readonly string[] {
  return table(RELEASES[release][2], holds);
}

/** The first column of the table below a heading. */
function table(heading: string, holds: readonly string[] = []): readonly string[] {
  const begin = PROTOCOL.indexOf(`\n### ${heading}\n`);
  assert.ok(begin >= 0, heading);
  const section = PROTOCOL.slice(begin + 1).split(/\n#{2,3} /)[0] ?? "";
  const rows = [...section.matchAll(/^\| `([^`]+)`(?: \(where ([^)]+)\))? \|/gm)];
  assert.ok(rows.length > 5, `${heading} has ${rows.length} calls`);
  return distinct(
    rows
      .filter(([, , where]) => where === undefined || holds.includes(where))
      .map(([, call]) => String(call)),
  );
}

/** How often somebody looks while something goes on depends on the time that it takes. */
function distinct(calls: readonly string[]): readonly string[] {
  return calls.filter((call) => call !== "watch").filter((call, i, all) => call !== all[i - 1]);
}

interface Seen {
  readonly ports: RecordedPorts;
  readonly held: Pick<HeldMachine, "reached" | "checkpointKind" | "interruptedSeconds" | "forecast">;
  /** The machine's state when the first file of a shadow copy or a frozen disk was opened. */
  readonly stateWhenRead: string | undefined;
  readonly left: readonly string[];
  readonly files: readonly string[];
}

/** One backup of the scene's machine, from the first question to the last look. */
async function backedUp(
  release: Release,
  machine: Readonly<Record<string, unknown>> = {},
  more: { readonly host?: Readonly<Record<string, unknown>>; readonly wishes?: HoldWishes } = {},
): Promise<Seen> {
  const { host, wishes } = more;
  const [version, configurationVersion] = RELEASES[release];
  const os = { caption: `Windows Server ${release}`, version, productType: 3 };
  await using scene = await Scene.open({
    host: { os, ...host },
    machine: { generation: 1, configurationVersion, ...machine },
  });
  const { clock, entropy } = scene;
  const ports = recordedPorts({
    session: scene.session,
    files: scene.host.files(),
    commands: scene.host.commands(),
  });
  await using client = await openHypervHost({
    ...ports,
    clock,
    entropy,
    journal: new MemoryJournal(),
    hostKey: "t",
  });
  const [first] = await client.machines();
  assert.equal(first?.id, MACHINE);
  await client.cleanUp();
  const held = await client.hold(MACHINE, holdOptions(wishes));
  const { machines } = await scene.host.state();
  const stateWhenRead = machines[0]?.state;
  const [disk] = held.disks;
  assert.ok(disk);
  {
    await using source = await (held.view ?? scene.host.files()).open(disk.viewLeaf);
    assert.ok(source.sizeBytes > 0);
  }
  await held.confirmUnchanged();
  assert.deepEqual((await held.release()).leftBehind, []);
  const { reached, checkpointKind, interruptedSeconds, forecast } = held;
  const files = (await scene.host.files().list("D:\\M")).map(({ name }) => name);
  const left = await scene.host.audit();
  return {
    ports,
    held: { reached, checkpointKind, interruptedSeconds, forecast },
    stateWhenRead,
    left,
    files,
  };
}

for (const release of RELEASE_NAMES) {
  test(`what is said to a host of Windows Server ${release} is what docs/host-protocol.md says, in that order`, async () => {
    const { ports } = await backedUp(release);
    assert.deepEqual(distinct(ports.trace()), promised(release));
  });
}

test("merging that somebody suspended adds the calls that docs/host-protocol.md says", async () => {
  const { ports } = await backedUp("2019", { mergesEnabled: false });
  assert.deepEqual(distinct(ports.trace()), promised("2019", ["merging is suspended"]));
});

/** The calls of a wish, with those of the release in their place. */
function promisedWith(wish: string, release: Release): readonly string[] {
  return distinct(table(wish).flatMap((call) => (call === "…" ? promised(release) : [call])));
}

test("memory that is asked for adds the calls that docs/host-protocol.md says", async () => {
  for (const release of ["2016", "2025"] as const) {
    const { ports, left } = await backedUp(release, {}, { wishes: { memory: "include" } });
    const heading = "With `--memory include`, on Windows Server 2016 and later";
    assert.deepEqual(distinct(ports.trace()), promisedWith(heading, release));
    assert.deepEqual(left, []);
  }
});

test("suspending replication adds the calls that docs/host-protocol.md says", async () => {
  const replication = { mode: "primary", state: "replicating" };
  const more = {
    host: { programs: [{ name: "schtasks.exe" }] },
    wishes: { suspendReplication: true },
  } as const;
  const { ports } = await backedUp("2022", { replication }, more);
  assert.deepEqual(distinct(ports.trace()), promisedWith("With `--suspend-replication`", "2022"));
});

test("switching the guest's backup service adds the calls that docs/host-protocol.md says", async () => {
  const guest = { os: "windows", vss: "ok", freeze: "fails" };
  const { ports } = await backedUp("2012 R2", { guest }, { wishes: { allowServiceSwitch: true } });
  const heading = "With `--allow-service-switch`, on Windows Server 2012 R2, when the writer failed twice";
  assert.deepEqual(distinct(ports.trace()), table(heading));
});

for (const release of RELEASE_NAMES) {
  test(`no call pauses, saves or stops a machine of Windows Server ${release} that need not stand still (S16, S20)`, async () => {
    const older = release === "2008 R2" || release === "2012";
    for (const vss of older ? ["ok"] : ["ok", "missing"]) {
      const { ports, held, stateWhenRead } = await backedUp(release, { guest: { os: "windows", vss } });
      assert.equal(held.forecast.interruptsGuest, "no");
      assert.deepEqual(
        ports.calls.filter(({ name }) => name.endsWith("RequestStateChange")),
        [],
      );
      assert.deepEqual([stateWhenRead, held.interruptedSeconds], ["running", 0]);
    }
  });
}

for (const release of ["2008 R2", "2012"] as const) {
  test(`a guest of Windows Server ${release} without integration services is saved, copied, resumed, and then read (S24, S25, S26)`, async () => {
    const guest = { os: "windows", vss: "missing" };
    const { held, stateWhenRead, left } = await backedUp(release, { guest });
    assert.deepEqual([held.forecast.interruptsGuest, held.reached], ["save", "crash"]);
    assert.equal(stateWhenRead, "running");
    assert.ok(held.interruptedSeconds > 0 && held.interruptedSeconds < 60, `${held.interruptedSeconds} s`);
    assert.deepEqual(left, []);
  });
}

for (const writerResumes of ["stays-saved", "stays-paused"] as const) {
  test(`a guest that the writer leaves standing (${writerResumes}) is told to go on before anything is read (S24)`, async () => {
    for (const release of ["2008 R2", "2012"] as const) {
      const guest = { os: "windows", vss: "missing" };
      const seen = await backedUp(release, { guest }, { host: { assumptions: { writerResumes } } });
      assert.deepEqual(distinct(seen.ports.trace()), promised(release, ["the guest stayed saved or paused"]));
      const asked = seen.ports.calls.filter(({ name }) => name.endsWith("RequestStateChange"));
      assert.deepEqual(
        asked.map((call) => call.arguments["RequestedState"]),
        [2],
      );
      assert.equal(seen.stateWhenRead, "running");
    }
  });
}

for (const release of ["2012 R2", "2016", "2019", "2022", "2025"] as const) {
  test(`a guest of Windows Server ${release} without integration services is held by a checkpoint that is gone afterwards (S19, S21, S22)`, async () => {
    const guest = { os: "windows", vss: "missing" };
    const { held, left, files } = await backedUp(release, { guest });
    assert.deepEqual([held.reached, held.checkpointKind], ["crash", "standard"]);
    assert.match(held.forecast.reason, /integration service/);
    assert.deepEqual([left, files], [[], ["m.vhdx"]]);
  });
}

for (const [checkpointType, reached, kind] of [
  ["production", "application", "production"],
  ["standard", "crash", "standard"],
  ["disabled", "crash", "none"],
] as const) {
  test(`checkpoint type ${checkpointType} is honoured: what is forecast is what is reached (S23, S27)`, async () => {
    const { held } = await backedUp("2022", { checkpointType });
    const { forecast } = held;
    assert.deepEqual([forecast.consistency, held.reached], [reached, reached]);
    assert.equal(forecast.checkpointKind, kind);
  });
}
