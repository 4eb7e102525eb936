// All tests, in processes of their own, with Node's runner. Arguments narrow the files: `npm test -- src/vault`.
// STILLPOINT_TEST_RESULTS names a file that gets the results in TAP as well.
import { spawnSync } from "node:child_process";
import { globSync } from "node:fs";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const wanted = process.argv.slice(2);
const files = globSync(["src/**/*.test.ts", "test/**/*.test.ts"], { cwd: root })
  .map((file) => file.replaceAll("\\", "/"))
  .filter((file) => wanted.length === 0 || wanted.some((prefix) => file.startsWith(prefix)))
  .sort();
if (files.length === 0) {
  console.error("no test file matches", wanted);
  process.exit(1);
}
const results = process.env.STILLPOINT_TEST_RESULTS;
const reporters =
  results === undefined
    ? []
    : [
        "--test-reporter=spec",
        "--test-reporter-destination=stdout",
        "--test-reporter=tap",
        `--test-reporter-destination=${results}`,
      ];
// Node's runner leaves one processor to itself, and each file's process would strip the types of all that it imports anew.
const concurrency = `--test-concurrency=${availableParallelism()}`;
const done = spawnSync(process.execPath, ["--test", concurrency, ...reporters, ...files], {
  cwd: root,
  env: { NODE_COMPILE_CACHE: `${root}node_modules/.cache/tests`, ...process.env },
  stdio: "inherit",
});
process.exit(done.status ?? 1);
