import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as fc from "fast-check";
import { StillpointError } from "../../../base/index.ts";
import type { CimInstance, CimValue } from "../../index.ts";
import { wireInstance } from "../testing/wire-values.ts";
import { decodeAnswer } from "./answer.ts";

const SEED = { seed: 20_261_122 };
const LARGEST_SAFE = BigInt(Number.MAX_SAFE_INTEGER);

const moment = fc
  .record({ seconds: fc.integer({ min: -2e9, max: 4e9 }), micros: fc.integer({ min: 0, max: 999_999 }) })
  .map(({ seconds, micros }): CimValue => {
    const epoch = BigInt(seconds) * 1_000_000_000n + BigInt(micros) * 1_000n;
    return { kind: "moment", instant: new Temporal.Instant(epoch) };
  });
const reference = fc
  .record({ Id: fc.string(), Number: fc.maxSafeInteger() }, { noNullPrototype: true })
  .map((keys): CimValue => ({ kind: "reference", namespace: "root\\cimv2", className: "C", keys }));
const embedded = fc
  .record(
    {
      Level: fc.integer({ min: 0, max: 255 }),
      Name: fc.stringMatching(/^[\w <>&"'äß€]*$/),
      On: fc.boolean(),
    },
    { noNullPrototype: true },
  )
  .map((properties): CimValue => ({ kind: "instance", className: "Msvm_Settings", properties }));
const long = fc
  .bigInt({ min: -(2n ** 63n), max: 2n ** 64n - 1n })
  .filter((value) => value > LARGEST_SAFE || value < -LARGEST_SAFE);
const anyText = fc.array(fc.integer({ min: 0, max: 0xffff })).map((units) => String.fromCharCode(...units));
const scalar: fc.Arbitrary<CimValue> = fc.oneof(
  fc.constant(null),
  fc.boolean(),
  fc.integer(),
  fc.maxSafeInteger(),
  fc.double(),
  long,
  anyText,
  moment,
  reference,
  embedded,
);
const value = fc.oneof(scalar, fc.array(scalar));

/** As the bridge writes it: ASCII. */
function line(answer: object): string {
  return JSON.stringify(answer).replaceAll(
    /[^\x20-\x7e]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

function decoded(properties: unknown): CimInstance {
  const answer = decodeAnswer(line({ id: 1, items: [{ class: "C", path: "", properties }], more: false }));
  assert.equal(answer.kind, "items");
  const [item] = answer.items;
  assert.ok(item);
  return item;
}

describe("decodeAnswer()", () => {
  test("gives back every value that the other side wrote", () => {
    const names = fc.stringMatching(/^[A-Za-z_]\w*$/).filter((name) => name !== "__proto__");
    fc.assert(
      fc.property(fc.dictionary(names, value), (properties) => {
        const instance: CimInstance = {
          kind: "instance",
          className: "Class_X",
          properties: { ...properties },
        };
        const answer = decodeAnswer(line({ id: 7, items: [wireInstance(instance)], more: true }));
        assert.deepEqual(answer, { kind: "items", id: 7, items: [instance], more: true });
      }),
      SEED,
    );
  });

  test("reads 64-bit integers without loss, and those that fit as numbers", () => {
    const { properties } = decoded({
      largest: { integer: "18446744073709551615" },
      smallest: { integer: "-9223372036854775808" },
      fits: { integer: "9007199254740991" },
      list: { integers: "0 65536 18446744073709551615" },
      none: { integers: "" },
    });
    assert.deepEqual(properties, {
      largest: 18_446_744_073_709_551_615n,
      smallest: -9_223_372_036_854_775_808n,
      fits: 9_007_199_254_740_991,
      list: [0, 65_536, 18_446_744_073_709_551_615n],
      none: [],
    });
  });

  test("reads times with their offset, and leaves intervals and patterns as text", () => {
    const { properties } = decoded({
      zoned: { datetime: "20260501140000.000000+120" },
      west: { datetime: "20260501070000.250000-300" },
      interval: { datetime: "00000001020304.000000:000" },
      pattern: { datetime: "2026**********.******+***" },
    });
    const at = (text: string): CimValue => ({ kind: "moment", instant: Temporal.Instant.from(text) });
    assert.deepEqual(properties, {
      zoned: at("2026-05-01T12:00:00Z"),
      west: at("2026-05-01T12:00:00.25Z"),
      interval: "00000001020304.000000:000",
      pattern: "2026**********.******+***",
    });
  });

  test("reads bytes, reals in words, an empty reference, an instance in place and one as text", () => {
    const xml =
      '<INSTANCE CLASSNAME="E"><PROPERTY NAME="N" TYPE="uint64"><VALUE>5</VALUE></PROPERTY></INSTANCE>';
    const { properties } = decoded({
      picture: { bytes: "AP+A" },
      real: { real: "-1.5E-07" },
      endless: { real: "-Infinity" },
      nowhere: { path: "" },
      relative: { path: 'Win32_Directory.Name="C:"' },
      object: { object: { class: "O", path: "", properties: { A: 1 } } },
      embedded: { embedded: xml },
      notEmbedded: xml,
      emptyEmbedded: { embedded: "" },
    });
    assert.deepEqual(properties, {
      picture: [0, 255, 128],
      real: -1.5e-7,
      endless: Number.NEGATIVE_INFINITY,
      nowhere: null,
      relative: 'Win32_Directory.Name="C:"',
      object: { kind: "instance", className: "O", properties: { A: 1 } },
      embedded: { kind: "instance", className: "E", properties: { N: 5 } },
      notEmbedded: xml,
      emptyEmbedded: "",
    });
  });

  test("keeps a refusal's code as an unsigned number, with WMI's own error object", () => {
    const details = { class: "__ExtendedStatus", path: "", properties: { Operation: "ExecQuery" } };
    const fault = { code: -2_147_217_392, message: "Invalid class ", type: "ManagementException", details };
    assert.deepEqual(decodeAnswer(line({ id: 3, fault })), {
      kind: "fault",
      id: 3,
      fault: {
        code: 0x80041010,
        message: "Invalid class ",
        type: "ManagementException",
        details: { kind: "instance", className: "__ExtendedStatus", properties: { Operation: "ExecQuery" } },
      },
    });
  });

  test("refuses whatever else a line may be, by name, and never with another error", () => {
    const lines = [
      "",
      "{",
      "null",
      "7",
      "[]",
      "{}",
      '{"id":"1","items":[],"more":false}',
      '{"id":1}',
      "PS C:\\>",
    ];
    for (const wrong of lines)
      assert.throws(() => decodeAnswer(wrong), { code: "host-bridge-garbled" }, wrong);
    fc.assert(
      fc.property(fc.json(), fc.json(), (items, rest) => {
        const shapes = [`{"id":1,"items":[{"class":"C","path":"","properties":${items}}],"more":false}`];
        shapes.push(`{"id":1,"items":${items},"more":${rest}}`, `{"id":1,"fault":${items}}`, rest);
        for (const shape of shapes) {
          try {
            decodeAnswer(shape);
          } catch (error) {
            assert.ok(error instanceof StillpointError, String(error));
          }
        }
      }),
      SEED,
    );
  });
});

test("`decodeAnswer()` refuses values without a bottom by name", () => {
  const arrays = `${"[".repeat(100_000)}${"]".repeat(100_000)}`;
  const objects = (levels: number): string =>
    `${'{"object":{"class":"A","path":"","properties":{"p":'.repeat(levels)}1${"}}}".repeat(levels)}`;
  const answer = (value: string): string =>
    `{"id":1,"items":[{"class":"A","path":"","properties":{"p":${value}}}],"more":false}`;
  for (const value of [arrays, objects(17), objects(3_000), `{"object":${arrays}}`, "[[1]]"]) {
    assert.throws(() => decodeAnswer(answer(value)), { code: "host-answer-malformed" }, value.slice(0, 40));
  }
  assert.equal(decodeAnswer(answer(objects(16))).kind, "items");
});
