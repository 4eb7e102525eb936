import type { Clock } from "../../base/index.ts";
import { FakeClock, SeededEntropy } from "../../base/testing/index.ts";
import type { CimSession } from "../../cim/index.ts";
import type { HostCommands, HostEntry, HostFiles } from "../../places/index.ts";
import type { HostAccess } from "../capture/host-access.ts";
import type { HostGeneration } from "../inventory/host-generation.ts";
import { MemoryJournal } from "./memory-journal.ts";

/** What capturing works with, around a session; a 2019 host unless said otherwise. */
export function accessTo(
  session: CimSession,
  parts: {
    readonly clock?: Clock;
    readonly journal?: MemoryJournal;
    readonly build?: number;
    readonly files?: HostFiles;
    readonly commands?: HostCommands;
    readonly generation?: HostGeneration;
  } = {},
): HostAccess {
  return {
    session,
    files: parts.files ?? listedFiles([]),
    commands: parts.commands,
    clock: parts.clock ?? new FakeClock(),
    entropy: new SeededEntropy(1),
    journal: parts.journal ?? new MemoryJournal(),
    hostKey: "test",
    host: {
      name: "HV01",
      caption: "Windows Server 2019",
      version: "10.0.17763",
      productType: 3,
      generation: parts.generation ?? "2019",
      build: parts.build ?? 17_763,
      windowsFolder: "C:\\Windows",
    },
  };
}

/** Host files that can be listed and looked at, nothing more; names compare without case. */
export function listedFiles(paths: readonly string[]): HostFiles {
  const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();
  const refuse = async (): Promise<never> => {
    throw new Error("only for looking");
  };
  return {
    async list(folder) {
      const inside = paths.filter((path) => same(path.slice(0, folder.length + 1), `${folder}\\`));
      const entries = new Map<string, HostEntry>();
      for (const path of inside) {
        const [name = "", ...rest] = path.slice(folder.length + 1).split("\\");
        entries.set(name, { name, kind: rest.length === 0 ? "file" : "folder" });
      }
      return [...entries.values()];
    },
    async stat(path) {
      if (!paths.some((known) => same(known, path))) return undefined;
      const modified = Temporal.Instant.from("2026-01-01T00:00:00Z");
      return { kind: "file", sizeBytes: 1, modified, volumeId: "v", fileId: path };
    },
    open: refuse,
    create: refuse,
    remove: refuse,
  };
}
