import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { InterruptedError, Secret } from "../../base/index.ts";
import { StorageError, StorageRegionError } from "../errors.ts";
import { type ScriptedAnswer, ScriptedS3, s3Error } from "../testing/index.ts";
import { openS3Storage } from "./open-s3-storage.ts";
import type { S3Place } from "./s3-place.ts";
import type { S3Storage } from "./s3-storage.ts";

const credentials = { accessKey: "ACCESS", secret: new Secret("secret") };
const placeAt = (endpoint: string): S3Place => ({ endpoint, plain: true, bucket: "vaults", prefix: "a/b" });
/** Bucket, versions, lock: what opening asks for. */
const OPENING: readonly ScriptedAnswer[] = [
  { status: 200 },
  { status: 200, body: "<VersioningConfiguration/>" },
  { status: 404, body: s3Error("ObjectLockConfigurationNotFoundError") },
];
const PUT: ScriptedAnswer = { status: 200, headers: { etag: '"900150983cd24fb0d6963f7d28e17f72"' } };
const KEPT: ScriptedAnswer = { status: 412, body: s3Error("PreconditionFailed") };

async function withScript(
  answers: readonly ScriptedAnswer[],
  act: (store: S3Storage, server: ScriptedS3) => Promise<void>,
): Promise<void> {
  await using server = await ScriptedS3.start([...OPENING, ...answers]);
  const { storage } = await openS3Storage(placeAt(server.endpoint), { credentials });
  await using store = storage;
  server.seen.length = 0;
  await act(store, server);
  assert.equal(server.left, 0, "answers that nobody asked for");
}

async function failureOf(answer: ScriptedAnswer): Promise<StorageError> {
  let failure: unknown;
  await withScript([answer], async (store) => {
    failure = await store.get("packs/a").catch((error: unknown) => error);
  });
  assert.ok(failure instanceof StorageError, String(failure));
  return failure;
}

describe("a refusal of the store", () => {
  test("becomes what a caller can act on, by its code and its status", async () => {
    const meanings: readonly (readonly [number, string, string, string])[] = [
      [403, "AccessDenied", "storage-denied", "after-repair"],
      [403, "SignatureDoesNotMatch", "storage-denied", "after-repair"],
      [401, "Unauthorized", "storage-denied", "after-repair"],
      [403, "QuotaExceeded", "storage-full", "after-repair"],
      [507, "XMinioStorageFull", "storage-full", "after-repair"],
      [507, "Unknown", "storage-full", "after-repair"],
      [404, "NoSuchBucket", "storage-missing", "after-repair"],
      [404, "NoSuchKey", "storage-object-missing", "after-repair"],
      [403, "RequestTimeTooSkewed", "storage-clock-wrong", "after-repair"],
      [301, "PermanentRedirect", "storage-region-wrong", "after-repair"],
      [503, "SlowDown", "storage-unreachable", "later"],
      [500, "InternalError", "storage-unreachable", "later"],
      [429, "TooManyRequests", "storage-unreachable", "later"],
      [400, "RequestTimeout", "storage-unreachable", "later"],
      [400, "EntityTooLarge", "storage-object-too-large", "never"],
      [400, "SomethingElse", "storage-failed", "later"],
    ];
    for (const [status, code, ours, retry] of meanings) {
      const failure = await failureOf({ status, body: s3Error(code) });
      assert.deepEqual([failure.code, failure.retry], [ours, retry], `${status} ${code}`);
      const name = code === "Unknown" ? "" : ` ${code}`;
      assert.equal(failure.message, `Cannot read "packs/a": the store answered ${status}${name}`);
    }
  });

  test("says the region that the bucket is in", async () => {
    const body = s3Error("AuthorizationHeaderMalformed", { Region: "eu-central-1" });
    const failure = await failureOf({ status: 400, body });
    assert.ok(failure instanceof StorageRegionError);
    assert.equal(failure.region, "eu-central-1");
  });
});

describe("`openS3Storage()`", () => {
  test("misses the bucket, and says so", async () => {
    await using server = await ScriptedS3.start([{ status: 404 }]);
    await assert.rejects(openS3Storage(placeAt(server.endpoint), { credentials }), {
      code: "storage-missing",
      message: `Cannot open the store "s3+http://${server.endpoint}/vaults/a/b": it has no bucket "vaults"`,
    });
  });

  test("reaches nobody, and says how", async () => {
    await using gone = await ScriptedS3.start([]);
    const { endpoint } = gone;
    await gone[Symbol.asyncDispose]();
    await assert.rejects(openS3Storage(placeAt(endpoint), { credentials }), {
      code: "storage-unreachable",
      message: /the connection failed \(ECONNREFUSED\)$/,
    });
  });

  test("lets a credential in that may not ask about versions and locks", async () => {
    const refused = { status: 403, body: s3Error("AccessDenied") };
    await using server = await ScriptedS3.start([{ status: 200 }, refused, refused]);
    const { storage, capabilities } = await openS3Storage(placeAt(server.endpoint), { credentials });
    await using _ = storage;
    assert.deepEqual(capabilities, {
      conditionalCreate: undefined,
      versioning: undefined,
      objectLock: false,
      defaultLock: undefined,
    });
  });
});

describe("`S3Storage`", () => {
  test("puts with the condition, the length and the MD5 of the bytes", async () => {
    await withScript([{ status: 404 }, PUT, KEPT], async (store, { seen }) => {
      await store.put("packs/a", [Buffer.from("ab"), Buffer.from("c")]);
      const put = seen[1];
      assert.equal(put?.method, "PUT");
      assert.equal(put.path.split("?")[0], "/vaults/a/b/packs/a");
      assert.equal(put.headers["if-none-match"], "*");
      assert.equal(put.headers["content-md5"], "kAFQmDzST7DWlj99KOF/cg=="); // RFC 1321: MD5 ("abc")
      assert.equal(Buffer.from(put.body).toString(), "abc");
      assert.equal(put.headers["x-amz-checksum-crc32"], undefined);
    });
  });

  test("does without the condition where the store does not know it, from then on", async () => {
    const unknown = { status: 501, body: s3Error("NotImplemented") };
    const free = { status: 404 };
    const answers = [free, unknown, PUT, free, PUT];
    await withScript(answers, async (store, { seen }) => {
      await store.put("a", [Buffer.from("1")]);
      await store.put("b", [Buffer.from("2")]);
      const conditions = seen.map(({ headers }) => headers["if-none-match"]);
      assert.deepEqual(conditions, [undefined, "*", undefined, undefined, undefined]);
    });
  });

  test("asks for no name any more once it has seen the condition kept", async () => {
    const answers = [{ status: 404 }, PUT, KEPT, PUT, KEPT];
    await withScript(answers, async (store, { seen }) => {
      await store.put("sessions/a", [Buffer.from("lease")]);
      assert.equal(store.traits.conditionalCreate, true);
      await store.put("packs/b", [Buffer.from("2")]);
      await assert.rejects(store.put("packs/b", [Buffer.from("3")]), { code: "storage-object-exists" });
      assert.deepEqual(
        seen.map(({ method, body }) => [method, Buffer.from(body).toString()]),
        [
          ["HEAD", ""],
          ["PUT", "lease"],
          ["PUT", "lease"],
          ["PUT", "2"],
          ["PUT", "3"],
        ],
      );
    });
  });

  test("goes on asking for names where the condition is ignored, and where nobody knows yet", async () => {
    const free = { status: 404 };
    await withScript([free, PUT, PUT, free, PUT, { status: 200 }], async (store) => {
      await store.put("a", [Buffer.from("1")]);
      await store.put("b", [Buffer.from("2")]);
      await assert.rejects(store.put("b", [Buffer.from("3")]), { code: "storage-object-exists" });
      assert.equal(store.traits.conditionalCreate, false);
    });
    const busy = { status: 503, body: s3Error("SlowDown") };
    await withScript([free, PUT, busy, free, PUT, KEPT, PUT], async (store) => {
      await store.put("a", [Buffer.from("1")]); // is done, whatever the second answer was
      await store.put("b", [Buffer.from("2")]);
      await store.put("c", [Buffer.from("3")]);
    });
  });

  test("leaves one version where it tried the condition in vain", async () => {
    const second = { ...PUT, headers: { ...PUT.headers, "x-amz-version-id": "two" } };
    await withScript([{ status: 404 }, PUT, second, { status: 204 }], async (store, { seen }) => {
      await store.put("a", [Buffer.from("1")]);
      assert.equal(seen[3]?.method, "DELETE"); // of the second, by its own name
      assert.match(seen[3].path, /[?&]versionId=two(&|$)/);
    });
    const only = { ...PUT, headers: { ...PUT.headers, "x-amz-version-id": "null" } };
    await withScript([{ status: 404 }, only, only], async (store, { seen }) => {
      await store.put("a", [Buffer.from("1")]); // a bucket whose versions are suspended: there is no second one
      assert.deepEqual(
        seen.map(({ method }) => method),
        ["HEAD", "PUT", "PUT"],
      );
    });
    const denied = { status: 403, body: s3Error("AccessDenied") };
    await withScript([{ status: 404 }, PUT, second, denied], async (store) => {
      await store.put("a", [Buffer.from("1")]); // whoever may not delete has two, and the put is done
      assert.equal(store.traits.conditionalCreate, false);
    });
  });

  test("tries the condition with nothing large and nothing that is locked", async () => {
    const free = { status: 404 };
    await withScript([free, PUT, free, PUT], async (store, { seen }) => {
      await store.put("packs/a", [new Uint8Array(65_537)]);
      const until = Temporal.Instant.from("2030-01-01T00:00:00Z");
      await store.put("points/a", [Buffer.from("1")], { lock: { mode: "governance", until } });
      assert.equal(seen.length, 4);
      assert.equal(store.traits.conditionalCreate, false);
    });
  });

  test("does not take an answer for a put's that names no object, nor one for a list's that does not say it is all", async () => {
    const page = { status: 200, body: "<html>sign in</html>" };
    await withScript([{ status: 404 }, page], async (store) => {
      await assert.rejects(store.put("a", [Buffer.from("1")]), { code: "storage-failed", retry: "later" });
    });
    for (const body of ["", "<ListBucketResult/>"]) {
      await withScript([{ status: 200, body }], async (store) => {
        await assert.rejects(Array.fromAsync(store.list("")), { code: "storage-failed" });
      });
    }
  });

  test("takes a store by its word when it says which range it gives", async () => {
    const headers = { "content-range": "bytes 0-3/10" };
    await withScript([{ status: 206, headers, body: "0123" }], async (store) => {
      await assert.rejects(store.get("a", { offset: 3, length: 4 }), { code: "storage-failed" });
    });
  });

  test("takes what a store sends that ignores ranges, and gives the part", async () => {
    await withScript([{ status: 200, body: "0123456789" }], async (store) => {
      assert.equal(Buffer.from(await store.get("a", { offset: 3, length: 4 })).toString(), "3456");
    });
  });

  test("does not take an answer that was cut off for the object", async () => {
    const answers = [{ status: 200, body: "0123456789", cut: 5 }];
    await withScript(answers, async (store) => {
      await assert.rejects(store.get("a"), { code: "storage-unreachable" });
    });
  });

  test("refuses a list that is out of order or repeats itself", async () => {
    const page = (keys: readonly string[], next?: string): ScriptedAnswer => ({
      status: 200,
      body: `<ListBucketResult>${keys.map((key) => `<Contents><Key>${key}</Key><Size>1</Size></Contents>`).join("")}<IsTruncated>${next !== undefined}</IsTruncated>${next === undefined ? "" : `<NextContinuationToken>${next}</NextContinuationToken>`}</ListBucketResult>`,
    });
    await withScript([page(["a/b/1", "a/b/2"], "x"), page(["a/b/3"])], async (store, { seen }) => {
      const names = await Array.fromAsync(store.list(""), ({ name }) => name);
      assert.deepEqual(names, ["1", "2", "3"]);
      assert.match(seen[1]?.path ?? "", /continuation-token=x/);
    });
    for (const second of [["a/b/2"], ["a/b/1", "a/b/2"], ["a/b/3", "a/b/3"]]) {
      await withScript([page(["a/b/1", "a/b/2"], "x"), page(second)], async (store) => {
        await assert.rejects(Array.fromAsync(store.list("")), { code: "storage-unsuitable" });
      });
    }
    await withScript(
      [{ status: 200, body: "<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>" }],
      async (store) => {
        await assert.rejects(Array.fromAsync(store.list("")), /has no place to go on/);
      },
    );
  });

  test("passes over keys that are no names of objects", async () => {
    const keys = ["a/b/.probe-00", "a/b/Folder/", "a/b/config", "a/b/packs/", "a/b/x y"];
    const contents = keys.map((key) => `<Contents><Key>${key}</Key><Size>1</Size></Contents>`).join("");
    await withScript(
      [
        {
          status: 200,
          body: `<ListBucketResult>${contents}<IsTruncated>false</IsTruncated></ListBucketResult>`,
        },
      ],
      async (store) => {
        assert.deepEqual(await Array.fromAsync(store.list("")), [{ name: "config", sizeBytes: 1 }]);
      },
    );
  });

  test("refuses a list of versions that does not say where it goes on, or whether it is all", async () => {
    const lockable = `<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled></ObjectLockConfiguration>`;
    const [bucket, versions] = OPENING as readonly [ScriptedAnswer, ScriptedAnswer];
    const pages = ["", "<IsTruncated>true</IsTruncated>"];
    await using server = await ScriptedS3.start([
      bucket,
      versions,
      { status: 200, body: lockable },
      ...pages.map((fields) => ({
        status: 200,
        body: `<ListVersionsResult>${fields}</ListVersionsResult>`,
      })),
    ]);
    const { storage } = await openS3Storage(placeAt(server.endpoint), { credentials });
    await using store = storage;
    for (const _ of pages) {
      await assert.rejects(Array.fromAsync(store.locks?.hidden("") ?? []), /the store's answer has no/);
    }
    assert.equal(server.left, 0);
  });

  test("is interrupted in the middle of a call", async () => {
    await using server = await ScriptedS3.start([...OPENING, { status: 200, body: "0123456789", stall: 5 }]);
    const { storage } = await openS3Storage(placeAt(server.endpoint), { credentials });
    await using store = storage;
    const stop = new AbortController();
    const reading = store.get("a", { signal: stop.signal });
    stop.abort();
    await assert.rejects(reading, InterruptedError);
  });

  test("prints no secret", () => {
    assert.equal(JSON.stringify(credentials).includes('"secret":"secret"'), false);
  });
});
