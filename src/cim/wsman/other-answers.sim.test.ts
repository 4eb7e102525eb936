/*
 * Inventories and holds of a simulated host over a WS-Management that gives the other answers of docs/unconfirmed.md
 * (`wsman-…`, `winrs-…`).
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { systemClock, systemEntropy } from "../../base/index.ts";
import { CLASSIC_CLASSES, type HypervHost, MODERN_CLASSES, openHypervHost } from "../../hyperv/index.ts";
import { MemoryJournal } from "../../hyperv/testing/index.ts";
import {
  hostSchemas,
  hostShell,
  openOlderScene,
  releaseOf,
  SCENE_MACHINE_ID,
  Scene,
  sceneHold,
} from "../../simulator/testing/index.ts";
import type { CimSession, DeclaredClass } from "../index.ts";
import { declaredSchemas } from "./declared-schemas.ts";
import { WSMAN_CODE } from "./messages/fault.ts";
import { parseWmiResource } from "./messages/resource-uri.ts";
import { readSchemaTarget } from "./messages/schema-request.ts";
import { ShellService } from "./service/shell-service.ts";
import { ACTION } from "./soap/actions.ts";
import type { ReadRequest } from "./soap/request-envelope.ts";
import { TwistedHost, type Twists } from "./testing/twisted-host.ts";
import { quoteArgument } from "./winrs/quote-argument.ts";
import { WinrsCommands } from "./winrs/winrs-commands.ts";
import { WsmanSession } from "./wsman-session.ts";

const ONCE = { patience: { attempts: 1, firstDelayMs: 1, longestDelayMs: 1 } } as const;

interface There {
  readonly twisted: TwistedHost;
  readonly journal: MemoryJournal;
  readonly host: HypervHost;
}

/** A client of a scene over a twisted wire, composed as the product does it. */
async function over(
  scene: Scene,
  twists: Twists,
  classes: readonly DeclaredClass[] = [...CLASSIC_CLASSES, ...MODERN_CLASSES],
): Promise<There> {
  const { os } = await scene.host.state();
  const twisted = new TwistedHost(
    { session: scene.session, schemas: hostSchemas(releaseOf({ os })) },
    twists,
  );
  const schemas = declaredSchemas(classes);
  const session = WsmanSession.open({ transport: twisted, entropy: systemEntropy, schemas });
  const journal = new MemoryJournal();
  const { clock, entropy } = scene;
  const places = { files: scene.host.files(), commands: scene.host.commands() };
  const ports = { session, ...places, clock, entropy, journal, hostKey: "wire" };
  return { twisted, journal, host: await openHypervHost(ports) };
}

async function isClean(scene: Scene): Promise<void> {
  assert.deepEqual((await scene.host.state()).machines[0]?.recoveryCheckpoints ?? [], []);
  assert.deepEqual(await scene.host.audit(), []);
}

const isGetOf = (request: ReadRequest, ending: string): boolean =>
  request.action === ACTION.get &&
  readSchemaTarget(request) === undefined &&
  parseWmiResource(request.resourceUri)?.className.endsWith(ending) === true;

const A_JOB = {
  kind: "reference",
  namespace: "root\\virtualization\\v2",
  className: "Msvm_ConcreteJob",
  keys: { InstanceID: "1" },
} as const;
const nobody: CimSession = {
  query: () => assert.fail(),
  associators: () => assert.fail(),
  get: () => assert.fail(),
  invoke: () => assert.fail(),
  [Symbol.asyncDispose]: async () => undefined,
};

describe("WS-Management that does otherwise than we assume", () => {
  /** Holds a machine whose checkpoint's job vanishes, and is asked for under a code of its own. */
  const heldWithoutJob = async (code: number): Promise<number> => {
    const faults = [{ method: "CreateSnapshot", instead: "job-vanishes" }];
    await using scene = await Scene.open({ host: { faults } });
    let looks = 0;
    const { host, journal } = await over(scene, {
      answer: (envelope, request) => {
        if (!isGetOf(request, "Job") || !envelope.includes(`Code="${WSMAN_CODE.resourceNotFound}"`))
          return envelope;
        looks++;
        return envelope.replaceAll(String(WSMAN_CODE.resourceNotFound), String(code));
      },
    });
    const held = await host.hold(SCENE_MACHINE_ID, sceneHold(ONCE));
    assert.equal(held.reached, "application");
    assert.deepEqual((await held.release()).leftBehind, []);
    assert.deepEqual(journal.entries, []);
    await isClean(scene);
    return looks;
  };

  test("wsman-missing-instance: a host job that is gone is known by 0x80338000 at once, and what it made is found", async () => {
    assert.equal(await heldWithoutJob(WSMAN_CODE.resourceNotFound), 1);
  });

  test("wsman-missing-instance: under another code it is asked for three times more, then counts as gone; a get elsewhere fails", async () => {
    assert.equal(await heldWithoutJob(WSMAN_CODE.providerFailure), 4);
    const refused = new TwistedHost(
      { session: nobody },
      { refuse: () => ({ code: 0x80041001, wsmanCode: WSMAN_CODE.providerFailure, provider: "WMI" }) },
    );
    await using session = WsmanSession.open({ transport: refused, entropy: systemEntropy });
    await assert.rejects(session.get(A_JOB), { code: "host-fault" });
  });

  test("wsman-missing-class: where the fault names no code, what a release lacks fails its inventory", async () => {
    await using scene = await openOlderScene("2012r2");
    const { host } = await over(scene, {});
    assert.equal((await host.machines()).length, 1);
    const words = await over(scene, {
      answer: (envelope, request) =>
        request.action === ACTION.enumerate ? envelope.replaceAll(/Code="\d+"/g, 'Code="0"') : envelope,
    });
    await assert.rejects(words.host.machines(), { code: "host-fault" });
  });

  test("wsman-associators: where they are not taken, the checkpoint is found by looking what is new", async () => {
    await using scene = await Scene.open();
    let refusals = 0;
    const { host } = await over(scene, {
      refuse: (_request, envelope) => {
        if (!/ASSOCIATORS OF/.test(envelope)) return undefined;
        refusals++;
        return {
          code: 0x80041017,
          wsmanCode: WSMAN_CODE.providerFailure,
          provider: "WMI",
          reason: "Invalid query",
        };
      },
    });
    const held = await host.hold(SCENE_MACHINE_ID, sceneHold(ONCE));
    assert.equal(held.reached, "application");
    assert.ok(refusals > 0);
    assert.deepEqual((await held.release()).leftBehind, []);
    await isClean(scene);
  });

  test("wsman-embedded-types: a host that insists on exact types takes what we send, whether it describes its classes or not", async () => {
    for (const describes of ["classes", "nothing"] as const) {
      await using scene = await Scene.open();
      const settings: string[] = [];
      const { host } = await over(scene, {
        describes,
        refuse: (_request, envelope) => {
          const [text] = /&lt;INSTANCE.*&lt;\/INSTANCE&gt;/s.exec(envelope) ?? [];
          if (text === undefined) return undefined;
          settings.push(text);
          const wrong = [...text.matchAll(/NAME="(\w+)" TYPE="(\w+)"/g)].filter(
            ([, name = "", type]) => EXACT[name] !== type,
          );
          return wrong.length === 0
            ? undefined
            : {
                code: 0x80041005,
                wsmanCode: WSMAN_CODE.providerFailure,
                provider: "WMI",
                reason: "Type mismatch",
              };
        },
      });
      const held = await host.hold(SCENE_MACHINE_ID, sceneHold(ONCE));
      assert.deepEqual((await held.release()).leftBehind, []);
      assert.ok(settings.length > 0);
      await isClean(scene);
    }
  });
});

/** As Microsoft's reference has them (Msvm_VirtualSystemSnapshotSettingData, Msvm_VirtualSystemSettingData). */
const EXACT: Readonly<Record<string, string>> = {
  ConsistencyLevel: "uint8",
  GuestBackupType: "uint8",
  IgnoreNonSnapshottableDisks: "boolean",
  InstanceID: "string",
  ElementName: "string",
};

describe("a host of 2008 R2 whose classes are otherwise than we declare", () => {
  const otherwise = (className: string, change: (declared: DeclaredClass) => DeclaredClass) =>
    CLASSIC_CLASSES.map((declared) => (declared.className === className ? change(declared) : declared));

  const disks = async (classes: readonly DeclaredClass[]): Promise<readonly string[]> => {
    await using scene = await openOlderScene("2008r2");
    const { host } = await over(scene, { describes: "nothing" }, classes);
    const [machine] = await host.inventory();
    return (machine?.disks ?? []).flatMap((disk) => disk.path ?? []);
  };
  const connection = (type: string): readonly DeclaredClass[] =>
    otherwise("Msvm_ResourceAllocationSettingData", (declared) => ({
      ...declared,
      properties: { ...declared.properties, Connection: type },
    }));

  test("wsman-classic-classes: a disk keeps its path where one value is taken for an array, and the other way round", async () => {
    assert.deepEqual(await disks(CLASSIC_CLASSES), ["D:\\M\\m.vhdx"]);
    assert.deepEqual(await disks(connection("string")), ["D:\\M\\m.vhdx"]);
    assert.deepEqual(await disks([]), ["D:\\M\\m.vhdx"]);
  });

  test("wsman-classic-classes: a text that is declared as a number fails the inventory, with the text", async () => {
    await assert.rejects(disks(connection("uint32[]")), {
      code: "host-answer-malformed",
      message: 'Cannot read the whole number "D:\\M\\m.vhdx" of the host',
    });
  });

  test("wsman-classic-classes: with another key a machine has no reference, is held by shadow copy, and nobody knows whether it runs again", async () => {
    await using scene = await openOlderScene("2008r2");
    const other = otherwise("Msvm_ComputerSystem", (declared) => ({
      ...declared,
      keys: ["Other"],
      properties: { ...declared.properties, Other: "string" },
    }));
    const { host } = await over(scene, { describes: "nothing" }, other);
    assert.deepEqual(
      (await host.inventory()).map(({ name, reference }) => [name, reference]),
      [["web01", undefined]],
    );
    const held = await host.hold(SCENE_MACHINE_ID, sceneHold(ONCE));
    assert.equal(held.reached, "application");
    assert.deepEqual((await held.release()).leftBehind, [
      'machine "web01": whether it runs again is not known: Cannot see "web01" run again: the host did not name its instance',
    ]);
    await isClean(scene);
  });
});

describe("remote shells that do otherwise than we assume", () => {
  const shellsOf = (scene: Scene, quoting: "as-it-comes" | "each"): WinrsCommands => {
    const run = hostShell(scene.host.commands());
    const shells = new ShellService({
      run: async (command) =>
        await run(quoting === "each" ? { ...command, line: command.line.map(quotedAgain) } : command),
      clock: systemClock,
      entropy: systemEntropy,
    });
    const transport = new TwistedHost(
      { session: scene.session },
      { other: async (request) => await shells.answer(request) },
    );
    return new WinrsCommands({ transport, clock: systemClock, entropy: systemEntropy });
  };
  const quotedAgain = (part: string, at: number): string => (at === 0 ? part : quoteArgument(part));

  test("winrs-arguments: a shell that quotes by itself hands on arguments without spaces as they are, so shadow copies work", async () => {
    for (const quoting of ["as-it-comes", "each"] as const) {
      await using scene = await openOlderScene("2012r2", { host: { programs: [{ name: "note.exe" }] } });
      await using commands = shellsOf(scene, quoting);
      const { session, clock, entropy } = scene;
      const ports = { session, files: scene.host.files(), commands, clock, entropy, hostKey: "sim:test" };
      await using host = await openHypervHost({ ...ports, journal: new MemoryJournal() });
      const held = await host.hold(SCENE_MACHINE_ID, sceneHold(ONCE));
      assert.equal(held.reached, "application");
      assert.deepEqual((await held.release()).leftBehind, []);
      await commands.run("note.exe", { arguments: ["plain", "a b"], timeoutMs: 20_000 });
      const { programRuns } = await scene.host.state();
      const given = quoting === "each" ? '"a b"' : "a b";
      assert.deepEqual(programRuns?.at(-1)?.arguments, ["plain", given]);
    }
  });
});
