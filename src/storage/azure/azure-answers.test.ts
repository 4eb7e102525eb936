import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { inspect } from "node:util";
import { InterruptedError, Secret } from "../../base/index.ts";
import { StorageError } from "../errors.ts";
import { type ScriptedAnswer, ScriptedS3 } from "../testing/index.ts";
import type { AzureStorage } from "./azure-storage.ts";
import { openAzureStorage } from "./open-azure-storage.ts";

const SIGNATURE = "c2VjcmV0IHNpZ25hdHVyZQ";
const credentials = { kind: "token", token: new Secret(`sv=2022-11-02&sig=${SIGNATURE}`) } as const;
const xml = (body: string): ScriptedAnswer => ({
  status: 200,
  headers: { "content-type": "application/xml" },
  body: `<?xml version="1.0" encoding="utf-8"?>${body}`,
});
const page = (names: readonly string[], next = ""): ScriptedAnswer => {
  const blobs = names.map(
    (name) => `<Blob><Name>${name}</Name><Properties><Content-Length>1</Content-Length></Properties></Blob>`,
  );
  return xml(
    `<EnumerationResults><Blobs>${blobs.join("")}</Blobs><NextMarker>${next}</NextMarker></EnumerationResults>`,
  );
};
/** The container, and a page of what is in it: what opening asks for. */
const OPENING: readonly ScriptedAnswer[] = [{ status: 200 }, page([])];
const refusal = (status: number, code: string): ScriptedAnswer => ({
  status,
  headers: { "x-ms-error-code": code, "content-type": "application/xml" },
  body: `<?xml version="1.0" encoding="utf-8"?><Error><Code>${code}</Code><Message>told by the script</Message></Error>`,
});
const object = (more: Partial<ScriptedAnswer>): ScriptedAnswer => ({
  status: 200,
  headers: { etag: '"1"', ...more.headers },
  body: "0123456789",
  ...(more.cut !== undefined && { cut: more.cut }),
  ...(more.stall !== undefined && { stall: more.stall }),
});

async function withScript(
  answers: readonly ScriptedAnswer[],
  act: (store: AzureStorage, server: ScriptedS3) => Promise<void>,
): Promise<void> {
  await using server = await ScriptedS3.start([...OPENING, ...answers]);
  const place = { account: "account", emulator: server.endpoint, container: "vaults", prefix: "a" };
  await using store = (await openAzureStorage(place, { credentials })).storage;
  server.seen.length = 0;
  await act(store, server);
  assert.equal(server.left, 0, "answers that nobody asked for");
}

describe("a refusal of Azure's", () => {
  test("becomes what a caller can act on, by its code and its status, and tells no token", async () => {
    for (const [status, said, code, retry] of [
      [403, "AuthenticationFailed", "storage-denied", "after-repair"], // also a token that ran out in the middle
      [403, "AuthorizationPermissionMismatch", "storage-denied", "after-repair"],
      [404, "BlobNotFound", "storage-object-missing", "after-repair"],
      [404, "ContainerNotFound", "storage-missing", "after-repair"],
      [500, "InternalError", "storage-unreachable", "later"],
      [503, "ServerBusy", "storage-unreachable", "later"],
      [500, "OperationTimedOut", "storage-unreachable", "later"],
      [409, "SomethingElse", "storage-failed", "later"],
    ] as const) {
      await withScript([refusal(status, said)], async (store) => {
        const failure: unknown = await store.get("x").catch((error: unknown) => error);
        assert.ok(failure instanceof StorageError);
        assert.deepEqual([failure.code, failure.retry], [code, retry], said);
        assert.equal(failure.message, `Cannot read "x": the service answered ${status} ${said}`);
        assert.equal(inspect(failure, { depth: 20 }).includes(SIGNATURE), false);
      });
    }
  });
});

describe("`AzureStorage`", () => {
  test("puts in one request, with the condition and the MD5 of the bytes", async () => {
    await withScript([{ status: 201, headers: { etag: '"1"' } }], async (store, { seen }) => {
      await store.put("packs/a", [Buffer.from("ab"), Buffer.from("c")]);
      const [put, more] = seen;
      assert.equal(more, undefined);
      assert.equal(put?.method, "PUT");
      assert.equal(put.headers["if-none-match"], "*");
      assert.equal(put.headers["x-ms-blob-content-md5"], "kAFQmDzST7DWlj99KOF/cg=="); // RFC 1321: MD5 ("abc")
      assert.equal(Buffer.from(put.body).toString(), "abc");
    });
  });

  test("takes an answer that breaks off or ends early for a lost line, and not for the object", async () => {
    for (const cut of [0, 5]) {
      await withScript([object({ cut })], async (store) => {
        await assert.rejects(store.get("x"), { code: "storage-unreachable" }, `${cut} bytes`);
      });
    }
    const headers = { "content-range": "bytes 2-11/20" };
    await withScript([{ ...object({ headers }), status: 206 }], async (store) => {
      await assert.rejects(store.get("x", { offset: 2, length: 12 }), { code: "storage-unreachable" });
    });
  });

  test("is interrupted in the middle of an answer", async () => {
    await withScript([object({ stall: 5 })], async (store, { stalled }) => {
      const stop = new AbortController();
      const reading = store.get("x", { signal: stop.signal });
      await stalled;
      for (let turn = 0; turn < 100; turn++) await new Promise(setImmediate); // until its beginning was read
      stop.abort();
      await assert.rejects(reading, InterruptedError);
    });
  });

  test("does not take for the service's what a proxy answers in its place", async () => {
    for (const body of ["<html>sign in</html>", ""]) {
      const other = { status: 200, headers: { "content-type": "text/html" }, body };
      await withScript([other, other, other, other], async (store) => {
        await assert.rejects(store.put("x", [Buffer.from("1")]), { code: "storage-failed" });
        await assert.rejects(store.get("x"), { code: "storage-failed" });
        await assert.rejects(Array.fromAsync(store.list("")), { code: "storage-failed" });
        await assert.rejects(store.delete("x"), { code: "storage-failed" });
      });
    }
  });

  test("lists page by page, also through an empty one, and refuses what is out of order", async () => {
    const pages = [page(["a/1", "a/2"], "x"), page([], "y"), page(["a/3"])];
    await withScript(pages, async (store, { seen }) => {
      assert.deepEqual(await Array.fromAsync(store.list(""), ({ name }) => name), ["1", "2", "3"]);
      assert.deepEqual(
        seen.map(({ path }) => new URLSearchParams(path.split("?")[1]).get("marker")),
        [null, "x", "y"],
      );
    });
    for (const second of [["a/2"], ["a/1", "a/2"]]) {
      await withScript([page(["a/1", "a/2"], "x"), page(second)], async (store) => {
        await assert.rejects(Array.fromAsync(store.list("")), { code: "storage-unsuitable" });
      });
    }
  });
});
