// Completes package-lock.json: npm leaves out the packages of other platforms that its registry could not show when the lock
// was made, and `npm ci` then refuses the lock. Each gets the entry that npm needs to know that it must be passed over here.
// Run it after every change of dependencies.
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const path = fileURLToPath(new URL("../package-lock.json", import.meta.url));
const lock = JSON.parse(readFileSync(path, "utf8"));
const SYSTEMS = ["android", "darwin", "freebsd", "linux", "openbsd", "openharmony", "sunos", "win32", "aix"];
const PROCESSORS = ["arm64", "arm", "x64", "ia32", "ppc64", "s390x", "riscv64", "loong64", "wasm32"];

for (const [parentPath, parent] of Object.entries(lock.packages)) {
  if (parentPath === "") continue;
  for (const [name, version] of Object.entries(parent.optionalDependencies ?? {})) {
    const known =
      lock.packages[`node_modules/${name}`] ?? lock.packages[`${parentPath}/node_modules/${name}`];
    if (known !== undefined) continue;
    const words = name.slice(name.indexOf("/") + 1).split("-");
    const os = words.filter((word) => SYSTEMS.includes(word));
    const cpu = words.filter((word) => PROCESSORS.includes(word));
    const libc = words.some((word) => word.startsWith("musl")) ? ["musl"] : [];
    if (os.length + cpu.length === 0) throw new Error(`${name}: no platform can be read from its name`);
    lock.packages[`node_modules/${name}`] = {
      version,
      ...(cpu.length > 0 && { cpu }),
      ...(parent.dev === true && { dev: true }),
      ...(libc.length > 0 && { libc }),
      optional: true,
      ...(os.length > 0 && { os }),
    };
  }
}
const sorted = Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1));
lock.packages = Object.fromEntries(sorted);
writeFileSync(path, `${JSON.stringify(lock, null, 2)}\n`);
