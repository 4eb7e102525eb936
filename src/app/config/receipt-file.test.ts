import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { ReceiptFile } from "./receipt-file.ts";

const VAULT = "00112233-4455-6677-8899-aabbccddeeff";
const PAGE = { chain: "ab".repeat(16), number: 2, heads: [{ digest: "cd".repeat(32), number: 2 }] };

test("`ReceiptFile` remembers a page for each vault and place, and takes a torn file for none", async () => {
  const stateDir = mkdtempSync(join(tmpdir(), "stillpoint-receipts-"));
  try {
    const book = new ReceiptFile("s3://a/b", { stateDir });
    assert.equal(await book.read(VAULT), undefined);
    await book.write(VAULT, { ...PAGE, number: 1 });
    await book.write(VAULT, PAGE);
    assert.deepEqual(await new ReceiptFile("s3://a/b", { stateDir }).read(VAULT), PAGE);
    assert.equal(await new ReceiptFile("s3://a/copy", { stateDir }).read(VAULT), undefined);
    const [file, second] = readdirSync(join(stateDir, "receipts"));
    assert.equal(second, undefined, "nothing temporary is left");
    writeFileSync(join(stateDir, "receipts", file ?? ""), '{"chain":"');
    assert.equal(await book.read(VAULT), undefined);
  } finally {
    rmSync(stateDir, { recursive: true });
  }
});
