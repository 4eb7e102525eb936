import { type CimClass, moment } from "./host-view.ts";

/** Win32_ShadowCopy: what stands now; a volume is named by its root, which Windows names by its GUID. */
export const SHADOW_COPY: CimClass = {
  name: "Win32_ShadowCopy",
  keys: ["ID"],
  since: 0,
  instances: ({ host }) =>
    (host.shadowCopies ?? []).map(({ id, set, root, device, created, count }) => ({
      ID: `{${id}}`,
      SetID: `{${set}}`,
      VolumeName: root,
      DeviceObject: device,
      InstallDate: moment(created),
      OriginatingMachine: host.name,
      Count: count,
      Persistent: true,
    })),
};
