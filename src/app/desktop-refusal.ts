import { DesktopNotSupportedError, type HostFacts } from "../hyperv/index.ts";

const WORKSTATION = 1; // Win32_OperatingSystem.ProductType

/** S3, S4: this item type is for Windows Server. @throws {DesktopNotSupportedError} before anything is touched */
export function refuseDesktop(host: HostFacts): void {
  if (host.productType !== WORKSTATION) return;
  throw new DesktopNotSupportedError(
    `Cannot back up "${host.name}": ${host.caption} is a desktop Windows, wanted a Windows Server with Hyper-V`,
  );
}
