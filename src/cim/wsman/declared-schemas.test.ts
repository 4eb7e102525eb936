import assert from "node:assert/strict";
import { test } from "node:test";
import { declaredSchemas } from "./declared-schemas.ts";

const A = {
  namespace: "root\\virtualization",
  className: "A",
  keys: ["Id"],
  properties: { Id: "string", Numbers: "uint16[]" },
};

test("`declaredSchemas()` describes a class by its declaration, in any case and with any slashes", () => {
  const schema = declaredSchemas([A])({ namespace: "ROOT/Virtualization", className: "a" });
  assert.deepEqual(
    [...(schema?.properties ?? [])],
    [
      ["id", { name: "Id", type: "string", isArray: false, isEmbedded: false, isKey: true }],
      ["numbers", { name: "Numbers", type: "uint16", isArray: true, isEmbedded: false, isKey: false }],
    ],
  );
  assert.equal(declaredSchemas([A])({ namespace: "root\\cimv2", className: "A" }), undefined);
});

test("`declaredSchemas()` takes no type that CIM does not have", () => {
  assert.throws(() => declaredSchemas([{ ...A, properties: { Id: "text" } }]), TypeError);
});
