import assert from "node:assert/strict";
import { test } from "node:test";
import type { CimInstance, CimValue } from "../../cim/index.ts";
import { exchangeItem, row } from "../testing/index.ts";
import { readDomainController, readGuestOs } from "./guest-os.ts";

function component(items: CimValue): CimInstance {
  return row("Msvm_KvpExchangeComponent", { SystemName: "x", GuestIntrinsicExchangeItems: items }, [
    "SystemName",
  ]);
}

test("`readGuestOs()` reads the guest's own word for its system", () => {
  assert.equal(readGuestOs(component([exchangeItem("OSName", "Windows Server 2019 Datacenter")])), "windows");
  assert.equal(readGuestOs(component([exchangeItem("OSName", "Ubuntu")])), "linux");
  assert.equal(readGuestOs(component([exchangeItem("OSPlatformId", "2")])), "windows");
  assert.equal(readGuestOs(component([exchangeItem("OSName", "SUSE &amp; friends")])), "linux");
});

test("`readGuestOs()` reads items that the carrier turned into instances", () => {
  const item: CimInstance = {
    kind: "instance",
    className: "Msvm_KvpExchangeDataItem",
    properties: { Name: "OSName", Data: "Windows 10" },
  };
  assert.equal(readGuestOs(component([item])), "windows");
});

test("`readGuestOs()` takes one item for a list of one, as it comes where nobody describes the class", () => {
  assert.equal(readGuestOs(component(exchangeItem("OSName", "Ubuntu"))), "linux");
});

test("`readGuestOs()` does not guess", () => {
  for (const items of [null, [], ["<not xml"], [null], [42], "text", [exchangeItem("OSVersion", "10.0")]]) {
    assert.equal(readGuestOs(component(items)), "unknown");
  }
  assert.equal(readGuestOs(undefined), "unknown");
});

test("`readDomainController()` knows the product type 2, and says nothing of a guest that says nothing", () => {
  const of = (type: string): boolean | undefined =>
    readDomainController(component([exchangeItem("ProductType", type)]));
  assert.deepEqual([of("1"), of("2"), of("3")], [false, true, false]);
  assert.deepEqual(
    [of(""), readDomainController(component([])), readDomainController(undefined)],
    [undefined, undefined, undefined],
  );
});
