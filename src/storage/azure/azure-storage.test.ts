import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import {
  BlobServiceClient,
  ContainerSASPermissions,
  generateBlobSASQueryParameters,
  SASProtocol,
  StorageSharedKeyCredential,
} from "@azure/storage-blob";
import { needs } from "../../../test/testing/oracles.ts";
import { holdsVault, servesProgram } from "../../../test/testing/vault-in-store.ts";
import { Secret, systemClock, systemEntropy } from "../../base/index.ts";
import { probeStorage } from "../probe/probe-storage.ts";
import { openRcloneStorage } from "../rclone/open-rclone-storage.ts";
import { AZURITE, Azurite, storageContract } from "../testing/index.ts";
import type { AzureCredentials, AzurePlace } from "./azure-place.ts";
import { openAzureScratch } from "./azure-scratch.ts";
import type { AzureStorage } from "./azure-storage.ts";
import { openAzureStorage } from "./open-azure-storage.ts";

describe("Azure Blob by Azurite", needs(AZURITE), () => {
  let azurite: Azurite;
  let service: BlobServiceClient;
  let signing: StorageSharedKeyCredential;

  before(async () => {
    azurite = await Azurite.start();
    signing = new StorageSharedKeyCredential(azurite.account, azurite.key);
    service = new BlobServiceClient(`http://${azurite.endpoint}/${azurite.account}`, signing);
    await service.createContainer("vaults");
  });
  after(async () => {
    await azurite?.[Symbol.asyncDispose]();
  });

  const key = (): AzureCredentials => ({ kind: "key", key: new Secret(azurite.key) });
  const place = (prefix: string, container = "vaults"): AzurePlace => ({
    account: azurite.account,
    emulator: azurite.endpoint,
    container,
    prefix,
  });
  const open = async (where: AzurePlace, credentials: AzureCredentials = key()): Promise<AzureStorage> =>
    (await openAzureStorage(where, { credentials })).storage;
  /** What somebody with the key hands out: rights as letters, for an hour. */
  const token = (rights: string): Extract<AzureCredentials, { readonly kind: "token" }> => {
    const now = systemClock.now();
    const query = generateBlobSASQueryParameters(
      {
        containerName: "vaults",
        permissions: ContainerSASPermissions.parse(rights),
        protocol: SASProtocol.HttpsAndHttp,
        startsOn: new Date(now.subtract({ minutes: 5 }).epochMilliseconds),
        expiresOn: new Date(now.add({ hours: 1 }).epochMilliseconds),
      },
      signing,
    );
    return { kind: "token", token: new Secret(query.toString()) };
  };

  storageContract("a container", async (name) => await open(place(`contract/${name}`)), {
    conditionalCreate: true,
    objectLock: false,
    latency: "network",
  });

  test("a wrong key is denied, a container that is not there missing, a closed port unreachable", async () => {
    const wrong = { kind: "key", key: new Secret(Buffer.alloc(64, 1).toString("base64")) } as const;
    await assert.rejects(open(place(""), wrong), { code: "storage-denied" });
    await assert.rejects(open(place("", "nowhere")), { code: "storage-missing" });
    await assert.rejects(open({ ...place(""), emulator: "127.0.0.1:1" }), { code: "storage-unreachable" });
  });

  test("a token does what it allows; one that may not delete is denied, and the object stays", async () => {
    await using full = await open(place("token"), token("racwdl"));
    await full.put("packs/a", [Buffer.from("kept")]);
    await using store = await open(place("token"), token("rcl"));
    await assert.rejects(store.delete("packs/a"), { code: "storage-denied" });
    await store.put("packs/b", [Buffer.from("new")]);
    await assert.rejects(store.put("packs/a", [Buffer.from("other")]), { code: "storage-object-exists" });
    assert.equal(Buffer.from(await store.get("packs/a")).toString(), "kept");
    await full.delete("packs/a");
    assert.deepEqual(await Array.fromAsync(store.list("")), [{ name: "packs/b", sizeBytes: 3 }]);
  });

  test("an object is as others read it, with the MD5 of its bytes", async () => {
    await using store = await open(place("seen"));
    await store.put("a", [Buffer.from("one "), Buffer.from("two")]);
    const blob = service.getContainerClient("vaults").getBlobClient("seen/a");
    assert.equal((await blob.downloadToBuffer()).toString(), "one two");
    const { contentMD5 } = await blob.getProperties();
    assert.equal(Buffer.from(contentMD5 ?? []).toString("hex"), "aae2c33a105ad3f28f39402d67a24b20");
  });

  test("what is no object is passed over, and a list is complete over many pages", async () => {
    const container = service.getContainerClient("vaults");
    await container.getBlockBlobClient("foreign/Upper Case").upload("x", 1);
    await using store = await open(place("foreign"));
    await store.put("packs/a", []);
    assert.deepEqual(await Array.fromAsync(store.list("")), [{ name: "packs/a", sizeBytes: 0 }]);
  });

  test("the probe finds nothing wrong, and leaves nothing", async () => {
    const scratch = await openAzureScratch(place("deep/vault"), {
      credentials: key(),
      entropy: systemEntropy,
      wrap: (storage) => storage,
    });
    const report = await probeStorage(scratch, { clock: systemClock, entropy: systemEntropy });
    assert.deepEqual(
      report.findings.filter(({ fault }) => fault !== undefined),
      [],
    );
    assert.deepEqual([report.suitable, report.leftBehind], [true, 0]);
    const left = service.getContainerClient("vaults").listBlobsFlat({ prefix: "deep/" });
    assert.deepEqual(await Array.fromAsync(left), []);
  });

  test("the program makes a vault in a container, backs up into it, restores, and probes it", async () => {
    const environment = { STILLPOINT_AZURE_KEY: azurite.key };
    const location = `azure+http://${azurite.endpoint}/${azurite.account}/vaults/by/program`;
    await servesProgram(location, environment, async ({ here, vault }) => {
      const none = await here.run(["vault", "info", ...vault]);
      assert.deepEqual([none.code, none.errors[0]?.["code"]], [2, "usage"]);
    });
  });

  test(
    "rclone sees the same objects there, and this driver what is put through rclone",
    needs("rclone"),
    async () => {
      const rights = token("racwdl");
      const environment = {
        PATH: process.env["PATH"] ?? "",
        RCLONE_CONFIG_AZ_TYPE: "azureblob",
        RCLONE_CONFIG_AZ_SAS_URL: `http://${azurite.endpoint}/${azurite.account}/vaults?${rights.token.reveal()}`,
      };
      const launch = { program: "rclone", environment };
      await using one = await open(place("both/ways"));
      await using other = await openRcloneStorage({ remote: "az", path: "vaults/both/ways" }, { launch });
      await one.put("packs/ab/one", [Buffer.from("1")]);
      await other.put("packs/cd/other", [Buffer.from("22")]);
      const listed = [
        { name: "packs/ab/one", sizeBytes: 1 },
        { name: "packs/cd/other", sizeBytes: 2 },
      ];
      for (const store of [one, other]) assert.deepEqual(await Array.fromAsync(store.list("")), listed);
      assert.equal(Buffer.from(await other.get("packs/ab/one")).toString(), "1");
      assert.equal(Buffer.from(await one.get("packs/cd/other")).toString(), "22");
    },
  );

  test("a whole vault lives in a container", async () => {
    await holdsVault(async () => await open(place("team/vault")));
  });
});
