import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import {
  CreateBucketCommand,
  GetObjectRetentionCommand,
  ListObjectVersionsCommand,
  PutBucketPolicyCommand,
  PutBucketVersioningCommand,
  PutObjectLockConfigurationCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { needs } from "../../../test/testing/oracles.ts";
import { holdsVault, servesProgram } from "../../../test/testing/vault-in-store.ts";
import { Secret, systemClock, systemEntropy } from "../../base/index.ts";
import { StorageDeniedError, StorageFullError } from "../errors.ts";
import { probeStorage } from "../probe/probe-storage.ts";
import {
  CEPH_PROGRAMS,
  type CephGateway,
  type GatewayUser,
  startCephGateway,
  storageContract,
} from "../testing/index.ts";
import { openS3Storage, type S3StorageOptions } from "./open-s3-storage.ts";
import type { S3Place } from "./s3-place.ts";
import { openS3Scratch } from "./s3-scratch.ts";
import type { S3Storage } from "./s3-storage.ts";

/** One real gateway for all tests of this file: it takes ten seconds to start. */
describe("S3 by Ceph's gateway", needs(...CEPH_PROGRAMS), () => {
  let gateway: CephGateway;
  let owner: GatewayUser;
  let client: S3Client;

  before(async () => {
    gateway = await startCephGateway();
    owner = gateway.addUser("owner");
    client = new S3Client({
      endpoint: `http://${gateway.endpoint}`,
      region: "us-east-1",
      forcePathStyle: true,
      requestChecksumCalculation: "WHEN_REQUIRED",
      credentials: { accessKeyId: owner.accessKey, secretAccessKey: owner.secret },
    });
    for (const Bucket of ["plain", "versioned"]) await client.send(new CreateBucketCommand({ Bucket }));
    await client.send(new CreateBucketCommand({ Bucket: "locked", ObjectLockEnabledForBucket: true }));
    await client.send(
      new PutBucketVersioningCommand({
        Bucket: "versioned",
        VersioningConfiguration: { Status: "Enabled" },
      }),
    );
  });
  after(async () => {
    client?.destroy();
    await gateway?.[Symbol.asyncDispose]();
  });

  const place = (bucket: string, prefix: string): S3Place => ({
    endpoint: gateway.endpoint,
    plain: true,
    bucket,
    prefix,
  });
  const open = async (
    where: S3Place,
    options: S3StorageOptions = { probe: true },
    user: GatewayUser = owner,
  ): Promise<S3Storage> => {
    const credentials = { accessKey: user.accessKey, secret: new Secret(user.secret) };
    return (await openS3Storage(where, { credentials, ...options })).storage;
  };

  storageContract("a bucket", async (name) => await open(place("plain", `contract/${name}`)), {
    conditionalCreate: true,
    objectLock: false,
    latency: "network",
  });

  test("where the condition of a put is ignored, a taken name is seen before", async () => {
    await using store = await open(place("versioned", "taken"));
    await store.put("a", [Buffer.from("first")]);
    await assert.rejects(store.put("a", [Buffer.from("second")]), { code: "storage-object-exists" });
    assert.equal(Buffer.from(await store.get("a")).toString(), "first");
    await store.delete("a");
    await store.put("a", [Buffer.from("third")]);
    assert.equal(Buffer.from(await store.get("a")).toString(), "third");
  });

  test("a wrong secret and a wrong key are denied, a bucket that is not there is missing", async () => {
    const wrong = [
      { ...owner, secret: "wrong" },
      { ...owner, accessKey: "NOBODY" },
    ];
    for (const user of wrong) {
      await assert.rejects(open(place("plain", ""), {}, user), { code: "storage-denied" });
    }
    await assert.rejects(open(place("nowhere", "")), { code: "storage-missing" });
  });

  test("a delete that the bucket's policy refuses is denied, and the object stays", async () => {
    const Bucket = "add-only";
    await client.send(new CreateBucketCommand({ Bucket }));
    const Resource = [`arn:aws:s3:::${Bucket}/*`];
    const Statement = [{ Effect: "Deny", Principal: "*", Action: ["s3:DeleteObject"], Resource }];
    const Policy = JSON.stringify({ Version: "2012-10-17", Statement });
    await client.send(new PutBucketPolicyCommand({ Bucket, Policy }));
    await using store = await open(place(Bucket, ""));
    await store.put("packs/a", [Buffer.from("kept")]);
    await assert.rejects(store.delete("packs/a"), StorageDeniedError);
    assert.equal(Buffer.from(await store.get("packs/a")).toString(), "kept");
  });

  test("a quota that is used up is a full store", async () => {
    const small = gateway.addUser("small");
    gateway.limitObjects("small", 3);
    const mine = new S3Client({
      endpoint: `http://${gateway.endpoint}`,
      region: "us-east-1",
      forcePathStyle: true,
      credentials: { accessKeyId: small.accessKey, secretAccessKey: small.secret },
    });
    await mine.send(new CreateBucketCommand({ Bucket: "small" }));
    mine.destroy();
    await using store = await open(place("small", ""), {}, small);
    await assert.rejects(async () => {
      for (let i = 0; i < 20; i++) await store.put(`packs/${i}`, [new Uint8Array(5_000)]);
    }, StorageFullError);
  });

  test("says what the bucket does about versions and locks", async () => {
    const said = async (bucket: string): Promise<unknown> => {
      const credentials = { accessKey: owner.accessKey, secret: new Secret(owner.secret) };
      const { storage, capabilities } = await openS3Storage(place(bucket, "said"), {
        credentials,
        probe: true,
      });
      await storage[Symbol.asyncDispose]();
      return capabilities;
    };
    const none = { defaultLock: undefined, objectLock: false };
    assert.deepEqual(await said("plain"), { ...none, conditionalCreate: true, versioning: "off" });
    assert.deepEqual(await said("versioned"), { ...none, conditionalCreate: false, versioning: "on" });
    const lockable = { conditionalCreate: false, versioning: "on", objectLock: true };
    assert.deepEqual(await said("locked"), { ...lockable, defaultLock: undefined });
  });

  test("the probe of a bucket that locks everything is left hidden, and a put still works", async () => {
    const Bucket = "compliance";
    await client.send(new CreateBucketCommand({ Bucket, ObjectLockEnabledForBucket: true }));
    const Rule = { DefaultRetention: { Mode: "COMPLIANCE", Days: 1 } } as const;
    const ObjectLockConfiguration = { ObjectLockEnabled: "Enabled", Rule } as const;
    await client.send(new PutObjectLockConfigurationCommand({ Bucket, ObjectLockConfiguration }));
    await using store = await open(place(Bucket, "v"));
    assert.deepEqual({ ...store.traits }, { conditionalCreate: false, objectLock: true, latency: "network" });
    await store.put("packs/a", [Buffer.from("kept")]);
    const lock = await client.send(new GetObjectRetentionCommand({ Bucket, Key: "v/packs/a" }));
    assert.equal(lock.Retention?.Mode, "COMPLIANCE");
    await store.delete("packs/a"); // hides it: the version stays, and its bytes with it
    assert.equal(await store.stat("packs/a"), undefined);
    const versions = await client.send(new ListObjectVersionsCommand({ Bucket, Prefix: "v/packs/a" }));
    assert.equal(versions.Versions?.length, 1);
    assert.deepEqual(await Array.fromAsync(store.list("")), []);
  });

  test("an object is as others read it, and the condition holds against other programs", async () => {
    await using store = await open(place("plain", "seen"));
    await store.put("a", [Buffer.from("one "), Buffer.from("two")]);
    await using other = await open(place("plain", ""));
    assert.equal(Buffer.from(await other.get("seen/a")).toString(), "one two");
  });

  test("the probe knows what each bucket does, sees a lock hold, and leaves nothing", async () => {
    const probed = async (bucket: string): Promise<unknown> => {
      const scratch = await openS3Scratch(place(bucket, "deep/vault"), {
        credentials: { accessKey: owner.accessKey, secret: new Secret(owner.secret) },
        entropy: systemEntropy,
        wrap: (storage) => storage,
        now: () => systemClock.now(),
      });
      const report = await probeStorage(scratch, { clock: systemClock, entropy: systemEntropy });
      assert.ok(report.figures.latencyMs.put > 0 && report.figures.bytesPerSecond.get > 0);
      const left = await client.send(new ListObjectVersionsCommand({ Bucket: bucket, Prefix: "deep/" }));
      assert.deepEqual([left.Versions, left.DeleteMarkers], [undefined, undefined]);
      const failed = report.findings.flatMap(({ name, fault }) => (fault === undefined ? [] : [name]));
      return { failed, suitable: report.suitable, left: report.leftBehind, ...report.facts };
    };
    const open = { possible: false, byDefault: undefined, holds: undefined };
    const good = { suitable: true, left: 0 };
    assert.deepEqual(await probed("plain"), { ...good, failed: [], versioning: "off", objectLock: open });
    assert.deepEqual(await probed("locked"), {
      ...good,
      failed: ["conditional-create"],
      versioning: "on",
      objectLock: { possible: true, byDefault: undefined, holds: true },
    });
  });

  test("the program makes a vault in a bucket, backs up into it, restores, and probes it", async () => {
    const environment = { STILLPOINT_S3_ACCESS_KEY: owner.accessKey, STILLPOINT_S3_SECRET: owner.secret };
    await servesProgram(`s3+http://${gateway.endpoint}/plain/by/program`, environment);
  });

  for (const bucket of ["plain", "versioned", "locked"]) {
    test(`a whole vault lives in a bucket: ${bucket}`, async () => {
      await holdsVault(async () => await open(place(bucket, "team/vault"), {}));
    });
  }
});
