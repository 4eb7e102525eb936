import assert from "node:assert/strict";
import { test } from "node:test";
import { PLAIN } from "../output/index.ts";
import { gapText } from "./gap-text.ts";

test("`gapText()` names what is not covered, how many bytes it is where that is known, and why", () => {
  const disk = "SCSI 0:1, physical disk 2";
  assert.equal(
    gapText({ disk, why: "It is a physical disk", bytes: 2 * 1024 ** 4 }, PLAIN),
    "  not covered: SCSI 0:1, physical disk 2 (2.00 TiB): It is a physical disk",
  );
  assert.equal(gapText({ disk, why: "Why" }, PLAIN), "  not covered: SCSI 0:1, physical disk 2: Why");
});
