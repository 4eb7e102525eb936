import { CimFault } from "../../cim/index.ts";

/** WBEM_E_… codes, as the WMI reference lists them. */
export const WbemCode = Object.freeze({
  notFound: 0x80041002,
  invalidClass: 0x80041010,
  invalidNamespace: 0x8004100e,
  invalidQuery: 0x80041017,
  invalidMethodParameters: 0x8004102f,
  methodNotImplemented: 0x80041055,
  invalidMethod: 0x8004102e,
});

const REASONS: Readonly<Record<number, string>> = {
  [WbemCode.notFound]: "Not found",
  [WbemCode.invalidClass]: "Invalid class",
  [WbemCode.invalidNamespace]: "Invalid namespace",
  [WbemCode.invalidQuery]: "Invalid query",
  [WbemCode.invalidMethodParameters]: "Invalid method Parameter(s)",
  [WbemCode.methodNotImplemented]: "This method is not implemented in any class",
  [WbemCode.invalidMethod]: "The requested method is not available",
};

/** A refusal of the WMI service itself. */
export function wmiFault(code: number, what: string): CimFault {
  const reason = REASONS[code] ?? "The call failed";
  return new CimFault(`Cannot answer ${what}: ${reason}`, { code, reason, provider: "simulated host" });
}
