import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { MachineAmbiguousError, MachineUnknownError } from "./errors.ts";
import { selectMachines } from "./selection.ts";

const WEB = { id: "7b1f0d6e-3c50-4b0c-9c67-0f5e1d2a3b4c", name: "web01" };
const SQL = { id: "11111111-aaaa-4bbb-8ccc-000000000001", name: "SQL & more" };
const TWIN_A = { id: "22222222-aaaa-4bbb-8ccc-000000000001", name: "twin" };
const TWIN_B = { id: "22222222-aaaa-4bbb-8ccc-000000000002", name: "twin" };
const LOUD = { id: "33333333-aaaa-4bbb-8ccc-000000000001", name: "WEB01" };
const ALL = [TWIN_B, WEB, SQL, TWIN_A];

const select = (...names: string[]): readonly unknown[] => selectMachines(ALL, { names });

describe("selectMachines()", () => {
  test("gives all machines in the host's order when all are wanted", () => {
    assert.deepEqual(selectMachines(ALL, { all: true }), ALL);
    assert.deepEqual(selectMachines([], { all: true }), []);
  });

  test("finds a machine by its name, whatever characters it has", () => {
    assert.deepEqual(select("web01"), [WEB]);
    assert.deepEqual(select("SQL & more"), [SQL]);
  });

  test("finds a machine by its id in any case, with and without braces", () => {
    for (const id of [WEB.id, WEB.id.toUpperCase(), `{${WEB.id}}`, `{${WEB.id.toUpperCase()}}`]) {
      assert.deepEqual(select(id), [WEB], id);
    }
    const shouting = { ...WEB, id: `{${WEB.id.toUpperCase()}}` };
    assert.deepEqual(selectMachines([shouting], { names: [WEB.id] }), [shouting]);
  });

  test("gives each machine once and in the host's order, however it was asked for", () => {
    assert.deepEqual(select("SQL & more", "web01", WEB.id, TWIN_B.id), [TWIN_B, WEB, SQL]);
  });

  test("takes a name in another case when no machine has it as it is written", () => {
    assert.deepEqual(select("Web01"), [WEB]);
    assert.deepEqual(selectMachines([WEB, LOUD], { names: ["WEB01"] }), [LOUD]);
    assert.throws(() => selectMachines([WEB, LOUD], { names: ["Web01"] }), MachineAmbiguousError);
  });

  test("takes composed and decomposed letters for the same", () => {
    const office = { id: WEB.id, name: "Bu\u0308ro" };
    assert.deepEqual(selectMachines([office], { names: ["B\u00fcro"] }), [office]);
  });

  test("prefers the machine that has an id to one that is called so", () => {
    const confusing = { id: LOUD.id, name: WEB.id };
    assert.deepEqual(selectMachines([confusing, WEB], { names: [WEB.id] }), [WEB]);
    assert.deepEqual(selectMachines([confusing], { names: [WEB.id] }), [confusing]);
  });

  test("names every machine that it does not find", () => {
    assert.throws(
      () => select("web01", "web02", "twin9"),
      (error) => {
        assert.ok(error instanceof MachineUnknownError);
        assert.deepEqual(error.names, ["web02", "twin9"]);
        assert.equal(error.message, 'Cannot find "web02", "twin9": the host has no such machine among 4');
        return true;
      },
    );
    assert.throws(() => selectMachines([], { names: ["web01"] }), /"web01": the host has no machine$/);
    assert.throws(() => select("web"), MachineUnknownError, "a part of a name is not the name");
    assert.throws(() => select(""), MachineUnknownError);
  });

  test("lists the machines of one name, and says to use the id", () => {
    assert.throws(
      () => select("twin"),
      (error) => {
        assert.ok(error instanceof MachineAmbiguousError);
        assert.deepEqual(error.ids, [TWIN_B.id.toUpperCase(), TWIN_A.id.toUpperCase()]);
        assert.match(
          error.message,
          /^Cannot tell which machine "twin" is: 2 have the name, use one of their ids: /,
        );
        return true;
      },
    );
    assert.deepEqual(select(TWIN_A.id), [TWIN_A]);
  });
});
