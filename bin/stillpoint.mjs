#!/usr/bin/env node
// The package's program. Works on the Node that started it when that is new enough, else says what to do.
import { fileURLToPath } from "node:url";

const [major] = process.versions.node.split(".").map(Number);
if (major < 26) {
  const { becomeNode26 } = await import("../tools/node26.mjs");
  becomeNode26(process.argv.slice(1));
} else {
  // Stripped and compiled sources are kept beside the packages: the next start takes half the time and memory.
  const { enableCompileCache } = await import("node:module");
  enableCompileCache(fileURLToPath(new URL("../node_modules/.cache/stillpoint", import.meta.url)));
  const { main } = await import("../src/cli/main.ts");
  process.exitCode = await main(process.argv.slice(2));
}
