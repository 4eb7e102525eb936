import assert from "node:assert/strict";
import { test } from "node:test";
import { hostGenerationOf, isSince } from "./host-generation.ts";

test("`hostGenerationOf()` knows the versions of hyperv-facts 5.3, and what lies between them", () => {
  const versions = [
    ["6.0.6001", "2008"],
    ["6.0.6002", "2008"],
    ["6.1.7600", "2008r2"],
    ["6.1.7601", "2008r2"],
    ["6.2.9200", "2012"],
    ["6.3.9600", "2012r2"],
    ["10.0.14393", "2016"],
    ["10.0.17763", "2019"],
    ["10.0.20348", "2022"],
    ["10.0.25398", "2022"],
    ["10.0.26100", "2025"],
    ["10.0.29999", "newer"],
    ["11.0.1", "newer"],
  ] as const;
  for (const [version, generation] of versions) assert.equal(hostGenerationOf(version), generation, version);
});

test("`hostGenerationOf()` does not guess", () => {
  for (const version of ["", "ten", "5.2.3790", "6.9.1", "9.0.1"])
    assert.equal(hostGenerationOf(version), undefined);
});

test("`isSince()` orders releases", () => {
  assert.ok(isSince("2016", "2016"));
  assert.ok(isSince("newer", "2025"));
  assert.ok(!isSince("2012r2", "2016"));
  assert.ok(!isSince("2008", "2008r2"));
});
