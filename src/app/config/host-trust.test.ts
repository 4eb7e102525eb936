import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { getCACertificates } from "node:tls";
import { temporaryFolder } from "../../places/testing/index.ts";
import { HostCertificateUnusableError } from "../errors.ts";
import { readHostTrust } from "./host-trust.ts";

const DIGITS = "9F86D081884C7D659A2FEAA0C55AD015A3BF4F1B2B0B822CD15D6C15B0F00A08";

test("`readHostTrust()` takes a fingerprint with or without colons as a pin, and nothing as the system's trust", async () => {
  const withColons = DIGITS.replaceAll(/(..)(?=.)/g, "$1:");
  assert.deepEqual(await readHostTrust(DIGITS), { certificatePin: DIGITS.toLowerCase() });
  assert.deepEqual(await readHostTrust(withColons), { certificatePin: DIGITS.toLowerCase() });
  assert.deepEqual(await readHostTrust(undefined), {});
});

test("`readHostTrust()` reads the authorities of a PEM file, whatever stands between them", async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, "authority.pem");
  const [first = "", second = ""] = getCACertificates("bundled");
  await writeFile(path, `# the first\n${first}\n# the second\r\n${second}`);
  const { authorities = "" } = await readHostTrust(path);
  assert.equal(authorities.match(/BEGIN CERTIFICATE/g)?.length, 2);
});

test("`readHostTrust()` refuses a short or long fingerprint, a file without certificates, and a broken certificate", async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, "authority.pem");
  await assert.rejects(readHostTrust(DIGITS.slice(2)), HostCertificateUnusableError);
  await assert.rejects(readHostTrust(`${DIGITS}00`), HostCertificateUnusableError);
  await writeFile(path, "hello");
  await assert.rejects(readHostTrust(path), /no certificate in PEM/);
  await writeFile(path, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
  await assert.rejects(readHostTrust(path), /is broken/);
});
