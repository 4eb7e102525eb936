import { type CimInstance, isInstance, optionalTextOf } from "../../cim/index.ts";

/** VER_PLATFORM_WIN32_NT, as a Windows guest reports it in OSPlatformId. */
const WINDOWS_PLATFORM = "2";
/** VER_NT_DOMAIN_CONTROLLER, as a Windows guest reports it in ProductType. */
const DOMAIN_CONTROLLER = "2";

/**
 * Which system the guest says that it is, from Msvm_KvpExchangeComponent.GuestIntrinsicExchangeItems: each item is an
 * Msvm_KvpExchangeDataItem, as XML text or, from carriers that read it, as an embedded instance.
 */
export function readGuestOs(component: CimInstance | undefined): "windows" | "linux" | "unknown" {
  const pairs = exchangedPairs(component);
  const name = pairs.get("OSName") ?? "";
  if (/windows/i.test(name) || pairs.get("OSPlatformId") === WINDOWS_PLATFORM) return "windows";
  return name === "" ? "unknown" : "linux";
}

/** Whether the guest says that it is a domain controller; undefined when it does not say what it is. */
export function readDomainController(component: CimInstance | undefined): boolean | undefined {
  const type = exchangedPairs(component).get("ProductType");
  return type === undefined || type === "" ? undefined : type === DOMAIN_CONTROLLER;
}

function exchangedPairs(component: CimInstance | undefined): ReadonlyMap<string, string> {
  const items = component?.properties["GuestIntrinsicExchangeItems"] ?? [];
  return new Map((Array.isArray(items) ? items : [items]).map(exchangeItem));
}

function exchangeItem(item: unknown): readonly [string, string] {
  if (typeof item === "string") return [xmlProperty(item, "Name"), xmlProperty(item, "Data")];
  const value = item as Parameters<typeof isInstance>[0];
  if (!isInstance(value)) return ["", ""];
  return [optionalTextOf(value, "Name") ?? "", optionalTextOf(value, "Data") ?? ""];
}

/** The value of one PROPERTY of the item's small, fixed CIM-XML; empty when it is not there. */
function xmlProperty(xml: string, property: string): string {
  const form = new RegExp(`<PROPERTY\\s[^>]*NAME="${property}"[^>]*>\\s*<VALUE>([^<]*)</VALUE>`, "i");
  return unescapeXml(form.exec(xml)?.[1] ?? "");
}

function unescapeXml(text: string): string {
  return text
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll("&apos;", "'")
    .replaceAll("&amp;", "&");
}
