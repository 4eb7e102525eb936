import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectRetentionCommand,
  ListObjectVersionsCommand,
  type ObjectVersion,
  PutBucketPolicyCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { needs } from "../../../test/testing/oracles.ts";
import { Workplace } from "../../../test/testing/stillpoint.ts";
import { Secret, systemClock, systemEntropy } from "../../base/index.ts";
import { FakeClock } from "../../base/testing/index.ts";
import { makeVhd } from "../../formats/vhd/testing/index.ts";
import { openS3Storage, RetryingStorage } from "../../storage/index.ts";
import {
  CEPH_PROGRAMS,
  type CephGateway,
  type GatewayUser,
  startCephGateway,
} from "../../storage/testing/index.ts";
import { backUp, bringBack, createSmallVault, openSmallVault, someBytes } from "../testing/index.ts";

const DAY_MS = 86_400_000;
const LOCKED = /^v\/(config|keys|packs|index|points|receipts)/;

function makeMachine(here: Workplace): void {
  mkdirSync(here.path("machines/web01"), { recursive: true });
  const writes = [{ offset: 0, bytes: someBytes(5, 65_536) }];
  writeFileSync(here.path("machines/web01/web01.vhd"), makeVhd({ sizeBytes: 4_194_304, writes }));
}

/** Object lock as a real gateway enforces it. */
describe("object lock by Ceph's gateway", needs(...CEPH_PROGRAMS), () => {
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
  });

  after(async () => {
    client?.destroy();
    await gateway?.[Symbol.asyncDispose]();
  });

  const open = async (bucket: string): Promise<RetryingStorage> => {
    const credentials = { accessKey: owner.accessKey, secret: new Secret(owner.secret) };
    const place = { endpoint: gateway.endpoint, plain: true, bucket, prefix: "v" } as const;
    const { storage } = await openS3Storage(place, { credentials });
    return new RetryingStorage(storage, { clock: systemClock, entropy: systemEntropy });
  };
  const versions = async (Bucket: string): Promise<readonly ObjectVersion[]> =>
    (await client.send(new ListObjectVersionsCommand({ Bucket }))).Versions ?? [];
  const lockedUntil = async (Bucket: string, Key: string): Promise<number> => {
    const { Retention } = await client.send(new GetObjectRetentionCommand({ Bucket, Key }));
    assert.equal(Retention?.Mode, "COMPLIANCE");
    return Retention?.RetainUntilDate?.getTime() ?? 0;
  };

  test("a vault's locks are honoured by the gateway, are renewed, and a plain delete is taken back", async () => {
    const Bucket = "honoured";
    await client.send(new CreateBucketCommand({ Bucket, ObjectLockEnabledForBucket: true }));
    await using storage = await open(Bucket);
    const clock = new FakeClock(systemClock.now().toString());
    const lock = { days: 20, mode: "compliance" } as const;
    await using vault = (await createSmallVault(storage, { lock, clock })).vault;
    const point = await backUp(vault, { x: someBytes(1, 100_000) });

    const objects = (await versions(Bucket)).filter(({ Key }) => LOCKED.test(Key ?? ""));
    assert.ok(objects.length >= 7, `${objects.length} objects`);
    const before = new Map<string, number>();
    for (const { Key = "", VersionId } of objects) {
      const until = await lockedUntil(Bucket, Key);
      before.set(Key, until);
      assert.ok(until >= clock.now().epochMilliseconds + 20 * DAY_MS - 1000, Key);
      assert.ok(until <= clock.now().epochMilliseconds + 34 * DAY_MS, Key);
      await assert.rejects(client.send(new DeleteObjectCommand({ Bucket, Key, VersionId })), {
        name: "AccessDenied",
      });
    }
    const rest = (await versions(Bucket)).filter(({ Key }) => !LOCKED.test(Key ?? ""));
    assert.deepEqual(rest, [], "leases leave no version behind");

    clock.advance(14 * DAY_MS);
    assert.ok(((await vault.renewLocks())?.renewed ?? 0) >= objects.length - 1);
    for (const [Key, until] of before) assert.equal((await lockedUntil(Bucket, Key)) - until, 14 * DAY_MS);
    assert.equal((await vault.renewLocks())?.renewed, 0, "once in a generation");

    for (const { Key } of objects) {
      if (/packs|points/.test(Key ?? "")) await client.send(new DeleteObjectCommand({ Bucket, Key }));
    }
    assert.deepEqual(
      (await vault.checkReceipts()).missing.map(({ id }) => id),
      [point.id],
    );
    assert.ok((await vault.showHidden()).length >= 3);
    await using again = await openSmallVault(storage, { clock });
    const report = await again.verify({ readDataPercent: 100 });
    assert.deepEqual([report.damaged, report.receipts.missing], [[], []]);
    const [file] = (await again.findPoint(point.id)).files;
    assert.equal(Buffer.compare(await bringBack(again, file as never), someBytes(1, 100_000)), 0);

    await again.trash(point.id, { until: Temporal.Instant.from("2020-01-01T00:00:00Z") });
    const pruned = await again.prune();
    assert.equal(pruned.removedPoints, 0);
    assert.ok(pruned.locked > 0 && pruned.denied === 0, JSON.stringify(pruned));
    assert.equal(Date.parse(pruned.lockedUntil ?? ""), Math.max(...before.values()) + 14 * DAY_MS);
  });

  test("an object goes with its version when its lock has ended", async () => {
    const Bucket = "ended";
    await client.send(new CreateBucketCommand({ Bucket, ObjectLockEnabledForBucket: true }));
    await using storage = await open(Bucket);
    await storage.put("packs/a", [Buffer.from("kept")]); // the first one of a bucket takes long
    const until = systemClock.now().add({ seconds: 8 });
    await storage.locks?.retain("packs/a", { mode: "compliance", until });
    await assert.rejects(async () => await storage.locks?.erase("packs/a"), { code: "storage-locked" });
    assert.equal((await versions(Bucket)).length, 1);
    const giveUp = AbortSignal.timeout(60_000);
    for (let isThere = true; isThere; ) {
      giveUp.throwIfAborted();
      try {
        await storage.locks?.erase("packs/a");
        isThere = false;
      } catch (error) {
        assert.equal((error as { readonly code?: string }).code, "storage-locked");
      }
    }
    const nearly = until.subtract({ seconds: 1 }); // the gateway counts in seconds
    assert.ok(Temporal.Instant.compare(systemClock.now(), nearly) >= 0);
    assert.deepEqual(await versions(Bucket), []);
  });

  test("the program backs up, verifies and restores with a credential that may not delete, and is refused a prune", async () => {
    const Bucket = "add-only";
    await client.send(new CreateBucketCommand({ Bucket }));
    const Resource = [`arn:aws:s3:::${Bucket}/*`];
    const Statement = [{ Effect: "Deny", Principal: "*", Action: ["s3:DeleteObject"], Resource }];
    const Policy = JSON.stringify({ Version: "2012-10-17", Statement });
    using here = new Workplace();
    const environment = { STILLPOINT_S3_ACCESS_KEY: owner.accessKey, STILLPOINT_S3_SECRET: owner.secret };
    const location = `s3+http://${gateway.endpoint}/${Bucket}/v`;
    const vault = ["--vault", location, "--passphrase-file", here.passphraseFile];
    makeMachine(here);
    const run = async (...args: readonly string[]): ReturnType<Workplace["run"]> =>
      await here.run(args, { environment });
    assert.equal((await run("vault", "init", ...vault)).code, 0);
    await client.send(new PutBucketPolicyCommand({ Bucket, Policy }));
    for (const text of ["<one/>", "<two/>"]) {
      writeFileSync(here.path("machines/web01/notes.xml"), text);
      const said = await run("backup", "--host", `folder:${here.path("machines")}`, "--all", ...vault);
      assert.equal(said.code, 0, said.text);
    }
    for (const args of [
      ["verify", "--read-data"],
      ["vault", "receipts"],
    ]) {
      const said = await run(...args, ...vault);
      assert.equal(said.code, 0, said.text);
    }
    const restored = await run(
      "restore",
      "latest:web01",
      "--to-folder",
      here.path("back"),
      "--exact",
      ...vault,
    );
    assert.equal(restored.code, 0, restored.text);
    const pruned = await run("prune", "--keep-last", "1", "--execute", ...vault);
    assert.deepEqual([pruned.code, pruned.errors[0]?.["code"]], [1, "prune-delete-denied"], pruned.text);
  });

  test("`vault init --lock` wants a bucket with object lock, and the program renews", async () => {
    for (const Bucket of ["without", "with"]) {
      await client.send(
        new CreateBucketCommand({ Bucket, ...(Bucket === "with" && { ObjectLockEnabledForBucket: true }) }),
      );
    }
    using here = new Workplace();
    const environment = { STILLPOINT_S3_ACCESS_KEY: owner.accessKey, STILLPOINT_S3_SECRET: owner.secret };
    const at = (bucket: string): string[] => [
      "--vault",
      `s3+http://${gateway.endpoint}/${bucket}/v`,
      "--passphrase-file",
      here.passphraseFile,
    ];
    const lock = ["--lock", "1", "--lock-mode", "compliance"];
    const refused = await here.run(["vault", "init", ...lock, ...at("without")], { environment });
    assert.deepEqual(
      [refused.code, refused.errors[0]?.["code"]],
      [1, "vault-lock-unsupported"],
      refused.text,
    );
    const made = await here.run(["vault", "init", ...lock, ...at("with")], { environment });
    assert.equal(made.code, 0, made.text);
    makeMachine(here);
    const backup = ["backup", "--host", `folder:${here.path("machines")}`, "--all", ...at("with")];
    const backed = await here.run(backup, { environment });
    assert.equal(backed.code, 0, backed.text);
    const renewed = await here.run(["vault", "renew", ...at("with")], { environment });
    assert.deepEqual([renewed.code, renewed.summary["locked"]], [0, true], renewed.text);
  });
});
