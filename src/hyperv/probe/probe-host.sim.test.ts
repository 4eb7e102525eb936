import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import type { CimSession } from "../../cim/index.ts";
import { Scene } from "../../simulator/testing/index.ts";
import { MemoryJournal } from "../testing/index.ts";
import { hostOf } from "../testing/scene-host.ts";
import { EXPERIMENTS } from "./experiments.ts";
import { HARMLESS_METHODS, HarmlessSession } from "./harmless-session.ts";
import type { ProbeAnswer } from "./probe-host.ts";

const CUSTOMER = { name: "acme-payroll", configurationRoot: "D:\\Acme Ltd" };

/** Writes down which calls are made. */
function traced(inner: CimSession, calls: string[]): CimSession {
  return {
    query: (namespace, wql, options) => {
      calls.push(`query ${wql}`);
      return inner.query(namespace, wql, options);
    },
    get: async (reference, options) => {
      calls.push("get");
      return await inner.get(reference, options);
    },
    associators: (reference, options) => {
      calls.push("associators");
      return inner.associators(reference, options);
    },
    invoke: async (reference, method, input) => {
      calls.push(method);
      return await inner.invoke(reference, method, input);
    },
    [Symbol.asyncDispose]: async () => await inner[Symbol.asyncDispose](),
  };
}

function answerOf(answers: readonly ProbeAnswer[], name: string): ProbeAnswer {
  const found = answers.find(({ experiment }) => experiment === name);
  assert.ok(found, `${name} was not asked`);
  return found;
}

describe("`probe()`", () => {
  test("only asks: nothing but queries, gets, associations and methods that only answer", async () => {
    await using scene = await Scene.open({ machine: CUSTOMER });
    await scene.host.createCheckpoint("acme-payroll", "before Acme's update");
    const before = readFileSync(join(scene.folder, "host.json"), "utf8");
    const calls: string[] = [];
    const host = await hostOf(scene, new MemoryJournal(), traced(scene.session, calls));
    const answers = await host.probe();
    assert.equal(answers.length, EXPERIMENTS.length);
    const others = calls.filter((call) => !/^(query SELECT|get$|associators$)/.test(call));
    assert.deepEqual([...new Set(others)], ["GetVirtualHardDiskSettingData"]);
    assert.ok(others.every((method) => HARMLESS_METHODS.has(method)));
    assert.equal(readFileSync(join(scene.folder, "host.json"), "utf8"), before);
  });

  test("names nobody and nothing, unless it is asked to", async () => {
    await using scene = await Scene.open({ machine: CUSTOMER });
    await scene.host.createCheckpoint("acme-payroll", "before Acme's update");
    const host = await hostOf(scene, new MemoryJournal());
    const secret = /acme|HV01|[0-9A-F]{8}-[0-9A-F]{4}|[A-Z]:\\\\/i;
    assert.doesNotMatch(JSON.stringify(await host.probe()), secret);
    assert.match(JSON.stringify(await host.probe({ plain: true })), /D:\\\\M/);
  });

  test("names no other node of a cluster, and none of its machines", async () => {
    await using scene = await Scene.open({ machine: { name: "contoso-books", clusterOwner: "CONTOSO-HV9" } });
    const host = await hostOf(scene, new MemoryJournal());
    const said = JSON.stringify(answerOf(await host.probe(), "cluster"));
    assert.match(said, /"OwnerNode":"<name-\d+>"/);
    assert.doesNotMatch(said, /contoso/i);
  });

  test("takes a refusal for an answer", async () => {
    await using scene = await Scene.open();
    const answers = await (await hostOf(scene, new MemoryJournal())).probe();
    const { outcome, findings } = answerOf(answers, "missing-class");
    assert.deepEqual([outcome, findings["hostCode"]], ["refused", "0x80041010"]);
    assert.equal(answerOf(answers, "missing-namespace").findings["hostCode"], "0x8004100e");
    assert.equal(answerOf(answers, "older-namespace").outcome, "refused");
    assert.deepEqual(answerOf(answers, "missing-instance").findings, { found: false });
    assert.equal(answerOf(answers, "merge-settings").findings["namedByMachine"], 1);
  });

  test("asks hosts of 2008 R2 too", async () => {
    await using scene = await Scene.open({
      host: { os: { caption: "Windows Server 2008 R2", version: "6.1.7601", productType: 3 } },
      machine: { disks: [], generation: 1, configurationVersion: "2.0" },
    });
    const answers = await (await hostOf(scene, new MemoryJournal())).probe();
    assert.equal(answerOf(answers, "older-namespace").outcome, "answered");
    assert.equal(answerOf(answers, "newer-namespace").outcome, "refused");
  });
});

test("`HarmlessSession` refuses every method that may change something", async () => {
  await using scene = await Scene.open();
  const session = new HarmlessSession(scene.session);
  const reference = { kind: "reference", namespace: "n", className: "c", keys: {} } as const;
  for (const method of ["CreateSnapshot", "RequestStateChange", "DestroySnapshot", "ModifySystemSettings"]) {
    await assert.rejects(session.ask(reference, method, { arguments: {} }), TypeError, method);
  }
});

describe("docs/unconfirmed.md", () => {
  const text = readFileSync(join(import.meta.dirname, "../../../docs/unconfirmed.md"), "utf8");
  const [body = "", tail = ""] = text.split("## What `stillpoint host probe` asks");
  const ids = idsIn(body);
  const probed = new Set(EXPERIMENTS.flatMap(({ entries }) => entries));
  const needsChange = new Set([...tail.matchAll(/`([a-z0-9-]+)`/g)].map(([, id]) => String(id)));

  test("has every entry that an experiment names", () => {
    assert.ok(ids.length > 40, `only ${ids.length} entries were seen`);
    for (const id of probed) assert.ok(ids.includes(id), `there is no entry ${id}`);
  });

  test("says of every other entry that a probe cannot ask it, and of no other", () => {
    const rest = ids.filter((id) => !probed.has(id)).sort();
    assert.deepEqual([...needsChange].sort(), rest, "list a new entry at the end of docs/unconfirmed.md");
  });

  test("has each entry once", () => {
    assert.equal(new Set(ids).size, ids.length);
  });
});

/** Ids of the tables whose first column is `id`. */
function idsIn(text: string): readonly string[] {
  const tables = text.split("\n\n").filter((part) => /^\| id \|/m.test(part));
  return tables.flatMap((table) =>
    [...table.matchAll(/^\| ([a-z0-9-]+) \|/gm)]
      .map(([, id]) => String(id))
      .filter((id) => id !== "id" && !id.startsWith("--")),
  );
}
