import assert from "node:assert/strict";
import { test } from "node:test";
import { azureAccountName, azureLocation, azureUrl } from "./azure-place.ts";

const place = { account: "backups", container: "vaults", prefix: "" };

test("`azureLocation()` names account, container and prefix, and how they are reached", () => {
  assert.equal(azureLocation(place), "azure://backups/vaults");
  assert.equal(azureLocation({ ...place, prefix: "a/b" }), "azure://backups/vaults/a/b");
  assert.equal(
    azureLocation({ ...place, emulator: "127.0.0.1:10000" }),
    "azure+http://127.0.0.1:10000/backups/vaults",
  );
});

test("`azureUrl()` knows the public cloud, others by their host names, and emulators by paths", () => {
  assert.equal(azureUrl(place), "https://backups.blob.core.windows.net");
  const other = { ...place, account: "backups.blob.core.usgovcloudapi.net" };
  assert.equal(azureUrl(other), "https://backups.blob.core.usgovcloudapi.net");
  assert.equal(azureAccountName(other), "backups");
  assert.equal(azureUrl({ ...place, emulator: "127.0.0.1:1" }), "http://127.0.0.1:1/backups");
});
