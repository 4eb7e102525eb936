import { type Guid, parseGuid } from "../../base/index.ts";
import { type CimInstance, optionalTextOf } from "../../cim/index.ts";
import { ownerOfInstanceId } from "./object-path.ts";

/** The id of a settings object; undefined when the host's InstanceID has another form. */
export function settingsId(settings: CimInstance): Guid | undefined {
  return ownerOfInstanceId(optionalTextOf(settings, "InstanceID") ?? "");
}

/** The machine whose settings these are. */
export function settingsMachine(settings: CimInstance): Guid | undefined {
  return parseGuid(optionalTextOf(settings, "VirtualSystemIdentifier") ?? "");
}
