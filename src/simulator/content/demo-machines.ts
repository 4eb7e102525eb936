import { GIB, MIB } from "../../base/index.ts";
import { type DemoContent, demoFiles, PAGE_BYTES } from "./demo-files.ts";
import type { FatDiskOptions } from "./write-fat-disk.ts";

/** A virtual disk of the demonstration, and what is on it. */
export interface DemoDisk {
  readonly path: string;
  readonly kind: "fixed" | "dynamic";
  readonly sizeBytes: number;
  readonly table: FatDiskOptions["table"];
  readonly label: string;
  readonly content: Omit<DemoContent, "seed">;
  /** Disks of one template have documents, logs and photographs in common. */
  readonly template: number;
}

const MADE = Temporal.Instant.from("2026-05-01T08:00:00Z");

export const WEB_DISK: DemoDisk = {
  path: "D:\\Machines\\web01\\web01.vhdx",
  kind: "dynamic",
  sizeBytes: 8 * GIB,
  table: "gpt",
  label: "WEB01",
  content: { documents: 60, logs: 8, photos: 10, databaseBytes: 24 * MIB },
  template: 1,
};
export const WEB_DATA_DISK: DemoDisk = {
  path: "D:\\Machines\\web01\\web01-data.vhdx",
  kind: "dynamic",
  sizeBytes: 4 * GIB,
  table: "gpt",
  label: "UPLOADS",
  content: { documents: 30, logs: 0, photos: 8, databaseBytes: 0 },
  template: 3,
};
export const DATABASE_DISK: DemoDisk = {
  path: "D:\\Machines\\db01\\db01.vhdx",
  kind: "dynamic",
  sizeBytes: 4 * GIB,
  table: "gpt",
  label: "DB01",
  content: { documents: 60, logs: 4, photos: 0, databaseBytes: 32 * MIB },
  template: 1,
};
export const OLD_SYSTEM_DISK: DemoDisk = {
  path: "D:\\Machines\\old01\\old01.vhdx",
  kind: "fixed",
  sizeBytes: 64 * MIB,
  table: "mbr",
  label: "OLD01",
  content: { documents: 40, logs: 3, photos: 6, databaseBytes: 4 * MIB },
  template: 2,
};
export const OLD_ARCHIVE_DISK: DemoDisk = {
  path: "D:\\Machines\\old01\\archive.vhdx",
  kind: "dynamic",
  sizeBytes: 2 * GIB,
  table: "mbr",
  label: "ARCHIVE",
  content: { documents: 20, logs: 4, photos: 8, databaseBytes: 0 },
  template: 2,
};
export const DEMO_DISKS: readonly DemoDisk[] = [
  WEB_DISK,
  WEB_DATA_DISK,
  DATABASE_DISK,
  OLD_SYSTEM_DISK,
  OLD_ARCHIVE_DISK,
];

/** What decides everything that is on the demonstration's disks. */
export interface DemoMeasure {
  readonly seed: number;
  /** How much of the usual content, from 0.1 to 1. */
  readonly scale: number;
}

/** The measure that a host was made with, from its state. */
export function measureOf(host: Readonly<Record<string, unknown>>): DemoMeasure {
  return { seed: Number(host["demoSeed"] ?? 0), scale: Number(host["demoScale"] ?? 1) };
}

/** What `writeFatDisk` needs of a disk. */
export function fatDiskOptions(disk: DemoDisk, measure: DemoMeasure): Omit<FatDiskOptions, "entropy"> {
  const { sizeBytes, table, label } = disk;
  const { seed, scale } = measure;
  const files = demoFiles({
    seed: seed * 100 + disk.template,
    documents: Math.ceil(disk.content.documents * scale),
    logs: Math.ceil(disk.content.logs * scale),
    photos: Math.ceil(disk.content.photos * scale),
    databaseBytes: Math.ceil((disk.content.databaseBytes * scale) / PAGE_BYTES) * PAGE_BYTES,
  });
  return { sizeBytes, table, label, files, made: MADE };
}

/** `host.json` of the demonstration, before its user made a checkpoint. */
export function demoHost({ seed, scale }: DemoMeasure): Readonly<Record<string, unknown>> {
  return {
    name: "HV01",
    os: { caption: "Windows Server 2022 Datacenter", version: "10.0.20348", productType: 3 },
    demoSeed: seed,
    demoScale: scale,
    machines: [
      {
        ...machine("7B1F0D6E-3C50-4B0C-9C67-0F5E1D2A3B01", "web01", "running"),
        memoryMegabytes: 2048,
        vtpm: true,
        guest: { os: "windows", vss: "ok" },
        networkAdapters: [{ name: "Network Adapter", switch: "LAN", connected: true }],
        disks: [
          { controller: "scsi", number: 0, location: 0, path: WEB_DISK.path },
          { controller: "scsi", number: 0, location: 1, path: WEB_DATA_DISK.path },
        ],
      },
      {
        ...machine("7B1F0D6E-3C50-4B0C-9C67-0F5E1D2A3B02", "db01", "running"),
        memoryMegabytes: Math.ceil(32 * scale),
        guest: { os: "linux", vss: "missing" },
        networkAdapters: [{ name: "Network Adapter", switch: "LAN", connected: true }],
        disks: [
          { controller: "scsi", number: 0, location: 0, path: DATABASE_DISK.path },
          { controller: "scsi", number: 0, location: 1, physicalDisk: { number: 3, bytes: 500 * GIB } },
        ],
      },
      {
        ...machine("7B1F0D6E-3C50-4B0C-9C67-0F5E1D2A3B03", "old01", "off"),
        generation: 1,
        memoryMegabytes: 1024,
        guest: { os: "none", vss: "missing" },
        disks: [
          { controller: "ide", number: 0, location: 0, path: OLD_SYSTEM_DISK.path },
          { controller: "ide", number: 0, location: 1, path: OLD_ARCHIVE_DISK.path },
        ],
      },
    ],
  };
}

function machine(id: string, name: string, state: "running" | "off") {
  return { id, name, state, generation: 2, configurationVersion: "10.0", checkpointType: "production" };
}
