import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeCimDatetime, decodeIsoDatetime, encodeCimDatetime } from "./cim-datetime.ts";
import { scalarFromText, scalarFromUntypedText, textOfScalar } from "./scalar-text.ts";

test("`scalarFromText()` reads each type, integers above 2^53 as bigint", () => {
  assert.equal(scalarFromText("uint64", "9007199254740991"), Number.MAX_SAFE_INTEGER);
  assert.equal(scalarFromText("uint64", "9007199254740993"), 9_007_199_254_740_993n);
  assert.equal(scalarFromText("sint8", " -5 "), -5);
  assert.equal(scalarFromText("real64", "1.5e3"), 1500);
  assert.equal(scalarFromText("boolean", "TRUE"), true);
  assert.equal(scalarFromText("string", " 7 "), " 7 ");
  for (const [type, text] of [
    ["uint8", ""],
    ["uint8", "1.0"],
    ["boolean", ""],
    ["real32", "x"],
  ] as const) {
    assert.throws(() => scalarFromText(type, text), { code: "host-answer-malformed" });
  }
});

test("`scalarFromUntypedText()` takes only what is written as a number for one", () => {
  const read = ["0", "-1", "01", "+1", "1.0", "", "18446744073709551615", "True"].map(scalarFromUntypedText);
  assert.deepEqual(read, [0, -1, "01", "+1", "1.0", "", 2n ** 64n - 1n, true]);
});

test("CIM datetimes are those of DSP0004: offset in minutes, microseconds, intervals are none", () => {
  // the example of DSP0004: 25 May 1998, 13:30:15, five hours behind UTC
  assert.equal(decodeCimDatetime("19980525133015.000000-300")?.toString(), "1998-05-25T18:30:15Z");
  assert.equal(decodeCimDatetime("00000001132312.000000:000"), undefined);
  assert.equal(decodeCimDatetime("19980525******.******-300"), undefined);
  assert.equal(decodeCimDatetime("19981325133015.000000-300"), undefined);
  const instant = Temporal.Instant.from("2026-05-01T12:00:00.25Z");
  assert.equal(encodeCimDatetime(instant), "20260501120000.250000+000");
  assert.equal(textOfScalar({ kind: "moment", instant }), "20260501120000.250000+000");
  assert.equal(decodeIsoDatetime("2026-05-01T14:00:00.25+02:00")?.toString(), "2026-05-01T12:00:00.25Z");
  assert.equal(decodeIsoDatetime("2026-05-01T12:00:00")?.toString(), "2026-05-01T12:00:00Z");
  assert.equal(decodeIsoDatetime("PT5S"), undefined);
});
