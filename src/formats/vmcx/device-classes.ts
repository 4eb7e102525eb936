import { type Guid, guid } from "../../base/index.ts";

/** Classes of virtual devices, as the manifest names them. All seen in real files. */
export const DeviceClass = Object.freeze({
  ide: guid("83f8638b-8dca-4152-9eda-2ca8b33039b4"),
  scsi: guid("d422512d-2bf2-4752-809d-7b82b5fcb1b4"),
  floppy: guid("8f0d2762-0b00-4e04-af4f-19010527cb93"),
  networkAdapter: guid("2fc216b0-d2e2-4967-9b6d-b8a5c9ca2778"),
  firmware: guid("ac6b8dc1-3257-4a70-b1b2-a9c9215659ad"),
  guestState: guid("917bd8cb-3bb6-4124-9383-b7d21ac07f79"),
});

/** The name of a device's node: its instance in lower case between underscores. */
export function deviceNodeName(instance: Guid): string {
  return `_${instance}_`;
}

export interface StandardDevice {
  readonly id: Guid;
  readonly name: string;
  /** What the device's node says of its own version; undefined where a real file has no node for it. */
  readonly version?: number | undefined;
  /** Emulated hardware, which generation 2 does not have. */
  readonly isLegacy?: true | undefined;
}

function device(id: string, name: string, more: Omit<StandardDevice, "id" | "name"> = {}): StandardDevice {
  return { id: guid(id), name, ...more };
}

/**
 * What every machine of version 9.0 has beside its controllers and adapters, in the order of a real manifest of
 * generation 1. Generation 2 was not seen: it gets the same without the emulated hardware (docs/unconfirmed.md,
 * vmcx-generation-2).
 */
export const STANDARD_DEVICES: readonly StandardDevice[] = [
  device("d41a1872-3740-41ce-a1ee-4522ab82f991", "Microsoft VmBus", { version: 771 }),
  device("9edd1639-9bca-40dc-b3a2-07c828da60b5", "Microsoft Emulated PIC", { isLegacy: true }),
  device("72682fc4-040a-430a-be0b-224574b953fe", "Microsoft Emulated IoAPIC", { isLegacy: true }),
  device("84535fad-4d98-4a6a-bdcd-21d5720dc430", "Microsoft Emulated PCI Bus", { isLegacy: true }),
  device("4d42d9f7-6531-4f6c-9e46-1f0477876104", "Microsoft Emulated ISA Bus", { isLegacy: true }),
  device("db8b9818-b4bb-4725-b99d-b4612716b6b4", "Microsoft Emulated Power Management Device", {
    isLegacy: true,
  }),
  device("e51b7ef6-4a7f-4780-aaae-d4b291aacd2e", "Microsoft Emulated Real Time Clock", {
    version: 512,
    isLegacy: true,
  }),
  device("de6cdc86-e1fb-4940-801b-c3c1a26c4da4", "Microsoft Input Management Device", { version: 256 }),
  device("9cb98db1-4d09-4538-a192-2d3d8c0b6cdb", "Microsoft Rdp Encoder"),
  device("ba8735ef-e3a9-4f1b-badd-dbf3a5909915", "Microsoft Video Monitor"),
  device("e3c82929-edb4-475e-85a4-29aaa2a30c2d", "Microsoft Dynamic Memory Controller", { version: 512 }),
  device("4d46d139-7821-4dc4-98a3-01e98a586a44", "Microsoft Emulated Speaker Device", { isLegacy: true }),
  device("35b0b12f-a0d7-482f-80a0-f52f1ab3da2e", "Microsoft Emulated SuperIo Device", { isLegacy: true }),
  device("a28e4d02-3323-4148-9569-565930a5cb39", "Microsoft Emulated PIT", { isLegacy: true }),
  device("655bc5c5-a784-46b7-81bc-e26328f7eb0e", "Microsoft Emulated I8042 Controller", {
    version: 512,
    isLegacy: true,
  }),
  device("87045ce9-5323-438f-93bb-1e83dcbce18e", "Microsoft Emulated DMA Controller", { isLegacy: true }),
  device("7d80d3db-61ee-4879-8879-5609f1100ad0", "Microsoft Emulated Video S3", {
    version: 512,
    isLegacy: true,
  }),
  device("8e3a359f-559a-4b6a-98a9-1690a6100ed7", "Microsoft Emulated Serial Controller", {
    version: 512,
    isLegacy: true,
  }),
  device("58f75a6d-d949-4320-99e1-a2a2576d581c", "Microsoft Synthetic Mouse", { version: 512 }),
  device("197f74e3-b84b-46de-8ae6-82f1cd181cdc", "Microsoft Synthetic Keyboard", { version: 256 }),
  device("f3cf6965-e8d3-44a9-9b7d-a04245ea7525", "Microsoft Synthetic Video", { version: 768 }),
  device("6c09bb55-d683-4da0-8931-c9bf705f6480", "Microsoft Guest Interface Component", { version: 256 }),
  device("84eaae65-2f2e-45f5-9bb5-0e857dc8eb47", "Microsoft Heartbeat Component", { version: 256 }),
  device("2a34b1c2-fd73-4043-8a5b-dd2159bc743f", "Microsoft Key-Value Pair Exchange Component", {
    version: 256,
  }),
  device("9f8233ac-be49-4c79-8ee3-e7e1985b2077", "Microsoft Shutdown Component", { version: 256 }),
  device("2497f4de-e9fa-4204-80e4-4b75c46419c0", "Microsoft Time Synchronization Component", {
    version: 256,
  }),
  device("5ced1297-4598-4915-a5fc-ad21bb4d02a4", "Microsoft VSS Component", { version: 512 }),
];
