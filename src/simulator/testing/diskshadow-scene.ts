import type { HostCommandResult } from "../../places/index.ts";
import { Scene, type SceneOptions } from "./scene.ts";

/** Hosts that are backed up by shadow copies: what `host.json` says of their Windows. */
export const OLDER_HOSTS = {
  "2012r2": { caption: "Windows Server 2012 R2", version: "6.3.9600", productType: 3 },
  "2012": { caption: "Windows Server 2012", version: "6.2.9200", productType: 3 },
  "2008r2": { caption: "Windows Server 2008 R2", version: "6.1.7601", productType: 3 },
} as const;

const CONFIGURATIONS = { "2012r2": "5.0", "2012": "4.0", "2008r2": "3.0" };

/** A scene of an older host; the configuration version fits it. */
export async function openOlderScene(
  release: keyof typeof OLDER_HOSTS,
  options: SceneOptions & { readonly assumptions?: Readonly<Record<string, unknown>> } = {},
): Promise<Scene> {
  const { assumptions = {} } = options;
  return await Scene.open({
    ...options,
    host: { os: OLDER_HOSTS[release], assumptions, ...options.host },
    machine: { configurationVersion: CONFIGURATIONS[release], generation: 1, ...options.machine },
  });
}

/** Runs a diskshadow script on the scene's host, and removes it. */
export async function runScript(
  scene: Scene,
  commands: readonly string[],
  more: readonly string[] = [],
): Promise<HostCommandResult> {
  const files = scene.host.files();
  const path = "C:\\Windows\\Temp\\test.dsh";
  await files.remove(path);
  {
    await using script = await files.create(path);
    await script.write(new TextEncoder().encode(commands.map((line) => `${line}\r\n`).join("")), 0);
  }
  const run = { arguments: ["/s", path, ...more], timeoutMs: 60_000 };
  try {
    return await scene.host.commands().run("DiskShadow.EXE", run);
  } finally {
    await files.remove(path);
  }
}

/** A script that makes shadow copies of C: and D:, with or without the end of the backup. */
export function creation(end: "ended" | "not-ended" = "ended"): readonly string[] {
  return [
    "set context persistent",
    "set metadata C:\\Windows\\Temp\\test.cab",
    "writer verify {66841cd4-6ded-4f4b-8f17-fd23f8ddc3de}",
    "begin backup",
    "add volume D: alias First",
    "add volume C: alias Second",
    "create",
    ...(end === "ended" ? ["end backup"] : []),
  ];
}
