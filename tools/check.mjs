// The one gate: format, lint, types, dead code, freshness of what is generated, then (with --all, or alone) the tests,
// the dependency law among them. Says each step's name and stops at the first that fails.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const bin = (name) => `${root}node_modules/${name}`;
/** @type {readonly (readonly [string, readonly string[]])[]} */
const steps = [
  ["format", [bin("@biomejs/biome/bin/biome"), "check", "."]],
  ["lint", [bin("oxlint/bin/oxlint"), "--type-aware", "--deny-warnings"]],
  ["types", [bin("typescript/bin/tsc"), "-p", "."]],
  ["dead code", [bin("knip/bin/knip.js")]],
  ["docs fresh", [`${root}tools/make-docs.ts`, "--check"]],
  ["tests", [`${root}tools/run-tests.mjs`]],
];
const skipTests = process.argv.includes("--without-tests");
for (const [name, args] of steps) {
  if (name === "tests" && skipTests) continue;
  const done = spawnSync(process.execPath, args, {
    cwd: root,
    stdio: ["ignore", "pipe", "pipe"],
    encoding: "utf8",
    maxBuffer: 1 << 28,
  });
  const failed = done.status !== 0;
  console.log(`${failed ? "FAIL" : "ok  "} ${name}`);
  if (failed || name === "tests") console.log(done.stdout + done.stderr);
  if (failed) process.exit(1);
}
