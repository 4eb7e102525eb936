// `npm start` and `npm test` on a fresh clone: installs what the lockfile names when it is not there yet,
// then runs the named program with the pinned Node.
import { spawnSync } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { becomeNode26 } from "./node26.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const installed = `${root}node_modules/.package-lock.json`;
const fresh =
  existsSync(installed) && statSync(installed).mtimeMs >= statSync(`${root}package-lock.json`).mtimeMs;
if (!fresh) {
  console.error("Setting up: npm ci");
  const npm = process.env.npm_execpath;
  const command = npm ? [process.execPath, npm] : ["npm"];
  const done = spawnSync(
    command[0],
    [...command.slice(1), "ci", "--no-fund", "--no-audit", "--loglevel=error"],
    {
      cwd: root,
      stdio: ["ignore", 2, 2],
      shell: npm === undefined && process.platform === "win32",
    },
  );
  if (done.status !== 0) process.exit(done.status ?? 1);
}
const [program, ...rest] = process.argv.slice(2);
becomeNode26([`${root}${program}`, ...rest]);
