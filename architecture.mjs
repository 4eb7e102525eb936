/**
 * The dependency law. `test/architecture.test.ts` reads the import graph of every file and holds it against
 * these tables; `docs/architecture.md` has its picture. A module imports only what its row names.
 */

/** What each module may import, besides itself. Bands run from the ideas at the top to the surfaces below. */
export const MAY_IMPORT = {
  base: [],
  contract: ["base"],
  disk: ["base"],
  policy: ["base"],
  places: ["base", "disk"],
  storage: ["base"],
  cim: ["base"],
  "cim/text": ["base", "cim"],
  "cim/wsman": ["base", "cim", "cim/text"],
  "cim/powershell": ["base", "cim", "cim/text"],
  "formats/vhdx": ["base", "disk"],
  "formats/vhd": ["base", "disk"],
  "formats/vmcx": ["base", "disk"],
  hyperv: ["base", "disk", "policy", "cim", "places"],
  vault: ["base", "disk", "policy", "storage"],
  runs: ["base", "policy"],
  backup: [
    "base",
    "disk",
    "policy",
    "formats/vhdx",
    "formats/vhd",
    "formats/vmcx",
    "places",
    "hyperv",
    "vault",
  ],
  restore: ["base", "disk", "formats/vhdx", "formats/vhd", "formats/vmcx", "places", "hyperv", "vault"],
  simulator: [
    "base",
    "disk",
    "formats/vhdx",
    "formats/vhd",
    "formats/vmcx",
    "cim",
    "cim/text",
    "cim/wsman",
    "places",
  ],
  app: [
    "base",
    "disk",
    "policy",
    "storage",
    "cim",
    "cim/powershell",
    "cim/wsman",
    "places",
    "hyperv",
    "vault",
    "runs",
    "backup",
    "restore",
    "contract",
    "simulator",
  ],
  cli: ["base", "app", "contract"],
};

/** These run anywhere: they import nothing from Node and no package. */
export const PURE = [
  "base",
  "contract",
  "policy",
  "disk",
  "cim/text",
  "formats/vhdx",
  "formats/vhd",
  "formats/vmcx",
];

/** Packages that a pure module may use because they run anywhere too. */
export const PURE_PACKAGES = { "cim/text": ["saxes"], "formats/vmcx": ["saxes"] };

/** Where files, sockets, processes, databases and the system's own libraries may be opened: prefixes of paths below `src/`. */
export const MAY_TOUCH_THE_WORLD = [
  "cim/wsman/transport",
  "cim/wsman/kerberos/",
  "cim/powershell/bridge-process",
  "places/",
  "storage/local/",
  "vault/index/local",
  "vault/index/scratch",
  "vault/restore-points/local/",
  "vault/pipeline/in-thread/",
  "storage/rclone/",
  "storage/cache/",
  "runs/journal",
  "app/config/",
  "app/demo/",
  "cli/",
  "simulator/",
];

/** Only the composition root and tests know that a host can be simulated. */
export const ONLY_FROM = { simulator: ["app/compose", "app/demo/", "app/use-cases/simulate"] };
