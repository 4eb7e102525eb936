/** DSP0226 5.4.2: answers come back on the connection of the request. */
export const ANONYMOUS = "http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous";

/** [MS-WSMV] 3.1.4.1.13. */
export const WQL_DIALECT = "http://schemas.microsoft.com/wbem/wsman/1/WQL";

/** Resources that have no class of their own. */
export const RESOURCE = {
  /** [MS-WSMV] 3.1.4.1.1: followed by the namespace with slashes, a slash and the class (or `*` for a query). */
  wmi: "http://schemas.microsoft.com/wbem/wsman/1/wmi/",
  /** DSP0227 1.1 15.4, [MS-WSMV] 3.1.4.1.38: classes themselves, as CIM-XML. */
  cimSchema: "http://schemas.dmtf.org/wbem/cim-xml/2/cim-schema/2/*",
  /** [MS-WSMV] 3.1.4.1.31. */
  commandShell: "http://schemas.microsoft.com/wbem/wsman/1/windows/shell/cmd",
} as const;
