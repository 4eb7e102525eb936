import type { HostCommandResult, HostCommands } from "../../places/index.ts";
import type { MemoryFiles } from "./memory-files.ts";

/** A machine as the fake's Hyper-V writer lists it. */
export interface FakeComponent {
  readonly id: string;
  readonly caption: string;
}

interface FakeShadow {
  readonly id: string;
  readonly set: string;
  readonly alias: string;
  readonly volume: FakeVolume;
  readonly number: number;
}

export interface FakeVolume {
  readonly mount: string;
  readonly device: string;
}

const WORDS = {
  en: {
    writer: "WRITER",
    component: "Component",
    shadow: "Shadow copy ID",
    set: "Shadow copy set",
    caption: "Caption",
  },
  de: {
    writer: "VERFASSER",
    component: "Komponente",
    shadow: "Schattenkopiekennung",
    set: "Schattenkopiesatz",
    caption: "Beschriftung",
  },
};

/**
 * A diskshadow that acts on files in memory: it reads our scripts, copies what lies on a volume to the shadow's device, and
 * prints as the real one is known to print (docs/host-protocol.md). Writers and components that it does not have cannot be
 * excluded.
 */
export class FakeDiskshadow implements HostCommands {
  readonly #files: MemoryFiles;
  readonly volumes: readonly FakeVolume[];
  components: readonly FakeComponent[];
  language: keyof typeof WORDS = "en";
  shadows: FakeShadow[] = [];
  /** What happens to machines while a set is made; a result instead of nothing is the failure that is printed. */
  onCreate: () => Promise<string | undefined> | string | undefined = () => undefined;
  /** Called after `create` did its work. */
  afterCreate: () => void = () => undefined;
  onExpose: () => string | undefined = () => undefined;
  /** Shares through which shadow copies are read, on a server `hv01`. */
  shares: string[] = [];
  /** Whether `unexpose` does what it says. */
  withdraws = true;
  onDelete: () => string | undefined = () => undefined;
  readonly scripts: string[] = [];
  backups = 0;
  backupsEnded = 0;
  #made = 0;
  #log = "";

  constructor(
    files: MemoryFiles,
    parts: { readonly volumes: readonly FakeVolume[]; readonly components: readonly FakeComponent[] },
  ) {
    this.#files = files;
    this.volumes = parts.volumes;
    this.components = parts.components;
  }

  async run(
    _program: string,
    options: { readonly arguments: readonly string[] },
  ): Promise<HostCommandResult> {
    const [, script = "", , log] = options.arguments;
    const commands = this.#files.text(script).split("\r\n").slice(0, -1);
    this.scripts.push(commands.join("\n"));
    this.#log = "Microsoft DiskShadow version 1.0\n";
    let exitCode = 0;
    try {
      exitCode = await this.#perform(commands);
    } finally {
      if (log !== undefined) this.#files.write(log, this.#log);
    }
    return { exitCode, output: this.#log, errorOutput: "" };
  }

  async #perform(commands: readonly string[]): Promise<number> {
    const order: { volume: FakeVolume; alias: string }[] = [];
    for (const command of commands) {
      this.#log += `-> ${command}\n`;
      const failure = await this.#do(command, order);
      if (failure === undefined) continue;
      this.#log += `\n${failure}\n`;
      return 3;
    }
    return 0;
  }

  async #do(command: string, order: { volume: FakeVolume; alias: string }[]): Promise<string | undefined> {
    const [, alias = ""] = /alias (\S+)$/.exec(command) ?? [];
    if (command === "list writers metadata") this.#printWriters();
    else if (command === "list shadows all") this.#printShadows(this.shadows);
    else if (command.startsWith("writer exclude")) return this.#exclude(command);
    else if (command === "begin backup") this.backups++;
    else if (command === "end backup") this.backupsEnded++;
    else if (command.startsWith("add volume")) {
      const volume = this.volumes.find(({ mount, device }) =>
        [`add volume ${mount.slice(0, -1)} `, `add volume ${device} `].some((text) =>
          command.startsWith(text),
        ),
      );
      if (volume === undefined) return "COM call failed. 80042308 VSS_E_OBJECT_NOT_FOUND";
      order.push({ volume, alias });
    } else if (command === "create") return await this.#create(order);
    else if (command.startsWith("expose ")) return this.#expose(command);
    else if (command.startsWith("unexpose ")) return this.#unexpose(command.slice("unexpose ".length));
    else if (command.startsWith("delete shadows")) return this.#delete(command);
    return undefined;
  }

  #exclude(command: string): string | undefined {
    const known = ["{e8132975-6f93-4464-a53e-1050253ae220}", ...this.components.map(({ id }) => `:\\${id}"`)];
    return known.some((name) => command.includes(name))
      ? undefined
      : `no such writer or component: ${command}`;
  }

  async #create(order: readonly { volume: FakeVolume; alias: string }[]): Promise<string | undefined> {
    const failure = await this.onCreate();
    if (failure !== undefined) return failure;
    const set = idOf("aaaaaaaa", ++this.#made);
    const made = order.map(({ volume, alias }) => {
      const number = ++this.#made;
      return { id: idOf("bbbbbbbb", number), set, alias, volume, number };
    });
    this.shadows.push(...made);
    for (const { volume, number } of made) this.#files.copyBelow(volume.mount, `${deviceOf(number)}\\`);
    for (const { alias, id } of made)
      this.#log += `Alias ${alias} for shadow ID {${id}} set as environment variable.\n`;
    this.#log += `\nQuerying all shadow copies with the shadow copy set ID {${set}}\n`;
    this.#printShadows(made, "aliases");
    this.afterCreate();
    return undefined;
  }

  #expose(command: string): string | undefined {
    const failure = this.onExpose();
    if (failure !== undefined) return failure;
    const [, id, share = ""] = /^expose \{(.+)\} (\S+)$/.exec(command) ?? [];
    const shadow = this.shadows.find((one) => one.id === id);
    if (shadow === undefined) return "The specified object was not found. 80042308";
    this.shares.push(share);
    this.#files.copyBelow(`${deviceOf(shadow.number)}\\`, `\\\\hv01\\${share}\\`);
    return undefined;
  }

  #unexpose(share: string): string | undefined {
    if (!this.shares.includes(share)) return "The specified object was not found. 80042308";
    if (!this.withdraws) return undefined;
    this.shares = this.shares.filter((one) => one !== share);
    this.#files.removeBelow(`\\\\hv01\\${share}\\`);
    return undefined;
  }

  #delete(command: string): string | undefined {
    const failure = this.onDelete();
    if (failure !== undefined) return failure;
    const gone = this.shadows.filter(({ id, set }) => command.includes(id) || command.includes(set));
    if (gone.length === 0) return "The specified object was not found. 80042308";
    this.shadows = this.shadows.filter((shadow) => !gone.includes(shadow));
    for (const { number } of gone) this.#files.removeBelow(`${deviceOf(number)}\\`);
    return undefined;
  }

  #printShadows(shadows: readonly FakeShadow[], aliases?: "aliases"): void {
    const words = WORDS[this.language];
    for (const { id, set, alias, volume, number } of shadows) {
      const [one, all] = aliases === undefined ? ["", ""] : [`\t\t%${alias}%`, "\t%VSS_SHADOW_SET%"];
      this.#log += `
\t* ${words.shadow} = {${id}}${one}
\t\t- ${words.set}: {${set}}${all}
\t\t- Original count = ${shadows.length}
\t\t- Original volume name: ${volume.device} [${volume.mount}]
\t\t- Creation time: 24.09.2024 17:54:18
\t\t- Shadow copy device name: ${deviceOf(number)}
\t\t- Originating machine: HV01
\t\t- Service machine: HV01
\t\t- Not exposed
\t\t- Provider ID: {b5946137-7b9f-4925-af80-51abd60b20d5}
\t\t- Attributes:  No_Auto_Release Persistent Differential
`;
    }
    this.#log += `\nNumber of shadow copies listed: ${shadows.length}\n`;
  }

  #printWriters(): void {
    const words = WORDS[this.language];
    this.#log += `
\t* ${words.writer} "System Writer"
\t\t- Writer ID   = {e8132975-6f93-4464-a53e-1050253ae220}
\t\t- Writer instance ID = {7e631031-c695-4229-9da1-a7de057e64cb}
\t\t+ ${words.component} "System Writer:\\System Files"
\t\t\t- Name: System Files
\t\t\t- Logical path:
\t* ${words.writer} "Microsoft Hyper-V VSS Writer"
\t\t- Writer ID   = {66841cd4-6ded-4f4b-8f17-fd23f8ddc3de}
\t\t- Writer instance ID = {9e362607-9794-4dd4-a7cd-b3d5de0aad20}
`;
    for (const { id, caption } of this.components) {
      this.#log += `\t\t+ ${words.component} "Microsoft Hyper-V VSS Writer:\\${id}"
\t\t\t- Name: ${id}
\t\t\t- Logical path:
\t\t\t- Full path: \\${id}
\t\t\t- ${words.caption}: ${caption}
\t\t\t- Type: VSS_CT_FILEGROUP [2]
\t\t\t- Volumes affected by this component:
${this.volumes.map(({ device, mount }) => `\t\t\t\t- ${device} [${mount}]\n`).join("")}`;
    }
  }
}

function idOf(start: string, number: number): string {
  return `${start}-0000-4000-8000-${String(number).padStart(12, "0")}`;
}

function deviceOf(number: number): string {
  return `\\\\?\\GLOBALROOT\\Device\\HarddiskVolumeShadowCopy${number}`;
}
