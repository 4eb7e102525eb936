import { CIMV2, CLASS, METHOD, RESOURCE, VIRTUALIZATION_V2 } from "../../cim-names.ts";
import type { Experiment, Probing } from "../experiment.ts";
import { excerpt, plain, propertyNames } from "../rows.ts";

/** What disks, controllers and other devices say. */
export const DEVICE_EXPERIMENTS: readonly Experiment[] = [
  {
    name: "physical-disks",
    entries: ["media-size"],
    question: "In which unit do Hyper-V's disk drives say their size, held against Windows' own?",
    run: async ({ session, signal }) => {
      const rows = await session.rows(VIRTUALIZATION_V2, `SELECT * FROM ${CLASS.diskDrive}`, { signal });
      const windows = await session.rows(CIMV2, `SELECT * FROM ${CLASS.windowsDisk}`, { signal });
      return {
        hyperv: excerpt(rows, ["DriveNumber", "MaxMediaSize"]),
        windows: excerpt(windows, ["Index", "Size"]),
      };
    },
  },
  {
    name: "controllers",
    entries: ["scsi-number"],
    question: "Do SCSI controllers have an address, and in which order do they come?",
    run: async ({ session, signal }) => {
      const wql = `SELECT * FROM ${CLASS.resourceAllocation} WHERE ResourceSubType = '${RESOURCE.scsiController}'`;
      const rows = await session.rows(VIRTUALIZATION_V2, wql, { signal });
      return { controllers: excerpt(rows, ["InstanceID", "Address", "AddressOnParent", "ElementName"]) };
    },
  },
  {
    name: "fibre-channel",
    entries: ["fc-class"],
    question: "Is a virtual Fibre Channel port a class of its own?",
    run: async (probing) => await countOf(probing, CLASS.fibreChannelPort),
  },
  {
    name: "assigned-devices",
    entries: ["assigned-device-class"],
    question: "Is there a class for assigned devices, and what does it say?",
    run: async (probing) => await countOf(probing, CLASS.assignedDevice),
  },
  {
    name: "parent-of-a-live-disk",
    entries: ["parent-path-live"],
    question: "Does the host say what a running machine's disk descends from?",
    run: async ({ session, machines, signal }) => {
      const running = machines.filter(({ power }) => power === "running");
      const path = running.flatMap(({ disks }) => disks).find((disk) => disk.path !== undefined)?.path;
      const [service] = await session.rows(VIRTUALIZATION_V2, `SELECT * FROM ${CLASS.imageService}`, {
        signal,
      });
      if (path === undefined || service?.reference === undefined) return { runningMachines: running.length };
      const answer = await session.ask(service.reference, METHOD.diskSettings, {
        arguments: { Path: path },
        signal,
      });
      return {
        runningMachines: running.length,
        disk: path,
        returnValue: answer.returnValue,
        settings: plain(answer.out["SettingData"]),
      };
    },
  },
  {
    name: "standing-shadow-copies",
    entries: [],
    question: "Which shadow copies stand, and how old are they?",
    run: async ({ session, signal }) => {
      const rows = await session.rows(CIMV2, `SELECT * FROM ${CLASS.shadowCopy}`, { signal });
      return {
        shadowCopies: excerpt(rows, ["ID", "SetID", "InstallDate", "Persistent", "ClientAccessible"]),
      };
    },
  },
];

async function countOf(
  { session, signal }: Probing,
  className: string,
): Promise<{ readonly instances: number; readonly properties: readonly string[] }> {
  const rows = await session.rows(VIRTUALIZATION_V2, `SELECT * FROM ${className}`, { signal });
  return { instances: rows.length, properties: propertyNames(rows) };
}
