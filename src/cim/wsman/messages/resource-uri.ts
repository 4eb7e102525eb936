import { RESOURCE } from "../soap/addresses.ts";

export interface ClassPlace {
  /** With backslashes: `root\virtualization\v2`. */
  readonly namespace: string;
  /** `*` for all classes of the namespace. */
  readonly className: string;
}

/** [MS-WSMV] 3.1.4.1.1: the resource of a WMI class, `*` for queries. */
export function wmiResource({ namespace, className }: ClassPlace): string {
  return `${RESOURCE.wmi}${namespace.replaceAll("\\", "/")}/${className}`;
}

/** The class that a WMI resource names; undefined for other resources. */
export function parseWmiResource(uri: string): ClassPlace | undefined {
  if (!uri.toLowerCase().startsWith(RESOURCE.wmi)) return undefined;
  const path = uri.slice(RESOURCE.wmi.length);
  const slash = path.lastIndexOf("/");
  if (slash <= 0 || slash === path.length - 1) return undefined;
  return { namespace: path.slice(0, slash).replaceAll("/", "\\"), className: path.slice(slash + 1) };
}
