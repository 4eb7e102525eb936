import { type CimInstance, isInstance, optionalTextOf } from "../../cim/index.ts";

/** VER_PLATFORM_WIN32_NT, as a Windows guest reports it in OSPlatformId. */
const WINDOWS_PLATFORM = "2";

/**
 * Which system the guest says that it is, from Msvm_KvpExchangeComponent.GuestIntrinsicExchangeItems: each item is an
 * Msvm_KvpExchangeDataItem, as XML text or, from carriers that read it, as an embedded instance.
 */
export function readGuestOs(component: CimInstance | undefined): "windows" | "linux" | "unknown" {
  const items = component?.properties["GuestIntrinsicExchangeItems"];
  const pairs = new Map((Array.isArray(items) ? items : []).map(exchangeItem));
  const name = pairs.get("OSName") ?? "";
  if (/windows/i.test(name) || pairs.get("OSPlatformId") === WINDOWS_PLATFORM) return "windows";
  return name === "" ? "unknown" : "linux";
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
