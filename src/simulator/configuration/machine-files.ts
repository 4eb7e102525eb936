import { MemoryStore } from "../../disk/index.ts";
import { writeRuntimeState } from "../../formats/vmcx/index.ts";
import { seededBytes } from "../acts/seeded-bytes.ts";
import type { HostDrives } from "../drives/host-drives.ts";
import { usesXml } from "../state/host-version.ts";
import { type SettingsEntry, settingsOf } from "../state/lineage.ts";
import type { HostState, MachineEntry } from "../state/schema.ts";
import { writeConfiguration } from "./configuration-content.ts";
import { configurationFiles, configurationPlaces } from "./configuration-places.ts";
import { memoryContent } from "./memory-content.ts";

/** `.vmgs` is usually 4 MiB (formats-facts 3.2); we only know how it begins. */
const GUEST_STATE_BYTES = 4 * 1024 * 1024;
const GUEST_STATE_SIGNATURE = "GUESTRTS";
const DEVICES_BYTES = 64 * 1024;
const COPY_BYTES = 1024 * 1024;

/** The files of machines and checkpoints that are no disks: what Hyper-V writes by itself. */
export class MachineFiles {
  readonly #drives: HostDrives;

  constructor(drives: HostDrives) {
    this.#drives = drives;
  }

  /** Makes what the folder lacks; what is there already stays as it is. */
  async makeMissing(host: HostState): Promise<void> {
    for (const entry of host.machines.flatMap(settingsOf)) await this.make(host, entry);
  }

  /** Makes the files of one settings object; existing ones stay. */
  async make(host: HostState, entry: SettingsEntry): Promise<void> {
    const { configuration, runtime, memory, guestState } = configurationPlaces(host, entry);
    await this.#unlessThere(configuration, async (path) => await this.#writeConfiguration(host, entry, path));
    if (!usesXml(entry.machine.configurationVersion) || entry.memory)
      await this.#unlessThere(runtime, async (path) => await this.#writeRuntime(entry, path));
    if (memory !== undefined && entry.memory)
      await this.#unlessThere(memory, async (path) => await this.#writeMemory(entry, path));
    if (guestState !== undefined)
      await this.#unlessThere(guestState, async (path) => await this.#writeGuestState(entry, path));
  }

  /** Removes the files of a checkpoint. */
  async remove(host: HostState, entry: SettingsEntry): Promise<void> {
    for (const path of configurationFiles(host, entry)) await this.#drives.remove(path);
  }

  /** Rewrites the configuration after a change of disks or name, where it is; equal settings give equal bytes. */
  async refresh(host: HostState, entry: SettingsEntry): Promise<void> {
    const { configuration } = configurationPlaces(host, entry);
    await using draft = new MemoryStore();
    await writeConfiguration(draft, host, entry);
    await using store = (await this.#drives.exists(configuration))
      ? await this.#drives.open(configuration)
      : await this.#drives.create(configuration);
    await store.truncate(0);
    await store.write(draft.toBytes(), 0);
  }

  /** The live files after a change of state: a saved machine's runtime file holds its memory. */
  async refreshLive(host: HostState, machine: MachineEntry): Promise<void> {
    const live = settingsOf(machine).find((entry) => entry.kind === "live");
    if (live === undefined) return;
    const { runtime, memory } = configurationPlaces(host, live);
    for (const path of [runtime, memory]) if (path !== undefined) await this.#drives.remove(path);
    await this.make(host, live);
  }

  async #unlessThere(path: string, make: (path: string) => Promise<void>): Promise<void> {
    if (!(await this.#drives.exists(path))) await make(path);
  }

  async #writeConfiguration(host: HostState, entry: SettingsEntry, path: string): Promise<void> {
    await using store = await this.#drives.create(path);
    await writeConfiguration(store, host, entry);
  }

  async #writeRuntime(entry: SettingsEntry, path: string): Promise<void> {
    await using store = await this.#drives.create(path);
    if (usesXml(entry.machine.configurationVersion)) {
      // saved devices of old hosts: nobody knows the inside (formats-facts 3.2)
      await store.write(seededBytes(seedOf(entry.id), DEVICES_BYTES), 0);
      return;
    }
    if (!entry.memory) {
      await writeRuntimeState(store);
      return;
    }
    const seed = seedOf(entry.id);
    await using memory = memoryContent(seed, entry.machine.memoryMegabytes);
    await writeRuntimeState(store, { saved: { memory, devices: seededBytes(seed, DEVICES_BYTES) } });
  }

  async #writeMemory(entry: SettingsEntry, path: string): Promise<void> {
    await using store = await this.#drives.create(path);
    await using content = memoryContent(seedOf(entry.id), entry.machine.memoryMegabytes);
    const piece = new Uint8Array(COPY_BYTES);
    for (let at = 0; at < content.sizeBytes; at += piece.length) {
      await content.read(piece, at);
      await store.write(piece, at);
    }
  }

  /** The machine's, not the checkpoint's: all of its guest states are alike. */
  async #writeGuestState(entry: SettingsEntry, path: string): Promise<void> {
    await using store = await this.#drives.create(path);
    await store.write(seededBytes(seedOf(entry.machine.id), DEVICES_BYTES), 0);
    await store.write(new TextEncoder().encode(GUEST_STATE_SIGNATURE), 0);
    await store.truncate(GUEST_STATE_BYTES);
  }
}

/** The same number for the same id. */
export function seedOf(id: string): number {
  let seed = 7;
  for (const character of id) seed = (Math.imul(seed, 31) + (character.codePointAt(0) ?? 0)) | 0;
  return seed;
}
