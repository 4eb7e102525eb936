import assert from "node:assert/strict";
import { test } from "node:test";
import { COLOURS, PLAIN } from "./paint.ts";
import { tableText } from "./table-text.ts";

test("`tableText()` sets texts left and numbers right, two spaces apart", () => {
  const text = tableText(
    {
      columns: [{ title: "NAME" }, { title: "SIZE", align: "right" }],
      rows: [
        ["web01", "9"],
        ["a", "10240"],
      ],
    },
    PLAIN,
  );
  assert.equal(text, ["NAME    SIZE", "web01      9", "a      10240"].join("\n"));
});

test("`tableText()` does not count colours as width", () => {
  const rows = [
    [COLOURS.bad("no"), "x"],
    ["yes", "y"],
  ];
  const lines = tableText({ columns: [{ title: "OK" }, { title: "T" }], rows }, PLAIN).split("\n");
  assert.equal(lines[1], `${COLOURS.bad("no")}   x`);
  assert.equal(lines[2], "yes  y");
});
