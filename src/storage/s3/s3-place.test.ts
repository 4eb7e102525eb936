import assert from "node:assert/strict";
import { test } from "node:test";
import { s3Location, s3Region } from "./s3-place.ts";

const place = { endpoint: "s3.example.com:9000", bucket: "vaults", prefix: "" };

test("`s3Location()` names bucket and prefix, and how it is reached", () => {
  assert.equal(s3Location(place), "s3://s3.example.com:9000/vaults");
  assert.equal(s3Location({ ...place, prefix: "a/b" }), "s3://s3.example.com:9000/vaults/a/b");
  assert.equal(
    s3Location({ ...place, endpoint: "127.0.0.1:1", plain: true }),
    "s3+http://127.0.0.1:1/vaults",
  );
});

test("`s3Region()` is what was said, else what an endpoint of AWS says, else the oldest", () => {
  const regions = [
    ["s3.example.com:9000", "us-east-1"],
    ["s3.amazonaws.com", "us-east-1"],
    ["s3.eu-central-1.amazonaws.com", "eu-central-1"],
    ["s3.dualstack.ap-southeast-2.amazonaws.com", "ap-southeast-2"],
    ["s3-us-gov-west-1.amazonaws.com:443", "us-gov-west-1"],
    ["s3.cn-north-1.amazonaws.com.cn", "cn-north-1"],
  ] as const;
  for (const [endpoint, region] of regions) assert.equal(s3Region({ ...place, endpoint }), region, endpoint);
  assert.equal(s3Region({ ...place, endpoint: "s3.eu-west-1.amazonaws.com", region: "x" }), "x");
});
