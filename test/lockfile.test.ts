import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

interface LockedPackage {
  readonly version?: string;
  readonly resolved?: string;
  readonly optional?: boolean;
  readonly os?: readonly string[] | string;
  readonly cpu?: readonly string[] | string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const read = (name: string): unknown =>
  JSON.parse(readFileSync(join(import.meta.dirname, "..", name), "utf8"));
const { packages } = read("package-lock.json") as { packages: Readonly<Record<string, LockedPackage>> };

test("the lockfile has each platform's packages too: `npm ci` refuses it otherwise, and a fresh clone cannot start", () => {
  let looked = 0;
  for (const [place, { optionalDependencies = {} }] of Object.entries(packages)) {
    for (const [name, version] of Object.entries(optionalDependencies)) {
      const locked = packages[`node_modules/${name}`];
      if (/^[~^]/.test(version)) {
        assert.ok(locked !== undefined, `${place} wants ${name}`); // sources for any platform, built or left alone
        continue;
      }
      assert.equal(locked?.version, version, `${place || "the project"} wants ${name}`);
      assert.ok(
        locked.os !== undefined || locked.cpu !== undefined,
        `${name} does not say for which platform it is`,
      );
      looked++;
    }
  }
  assert.ok(looked > 50, `${looked} packages`);
});

test("the lockfile names the manifest's versions, and no registry's address", () => {
  const manifest = read("package.json") as LockedPackage;
  const { dependencies, devDependencies, optionalDependencies } = packages[""] ?? {};
  const { dependencies: wanted, devDependencies: dev, optionalDependencies: optional } = manifest;
  assert.deepEqual(
    { dependencies, devDependencies, optionalDependencies },
    {
      dependencies: wanted,
      devDependencies: dev,
      optionalDependencies: optional,
    },
  );
  assert.deepEqual(
    Object.values(packages).filter(({ resolved }) => resolved !== undefined),
    [],
  );
});
