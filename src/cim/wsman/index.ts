export type { SchemaSource } from "./class-descriptions.ts";
export * from "./declared-schemas.ts";
export * from "./errors.ts";
export * from "./http/host-connection.ts";
export * from "./kerberos/errors.ts";
export type { OpenSecurityContext, SecurityContext } from "./kerberos/security-context.ts";
export { associatorsQuery } from "./messages/associators-query.ts";
export { encodeCimDatetime } from "./messages/cim-datetime.ts";
export type { CimType } from "./messages/cim-type.ts";
export type { ClassSchema, SchemaItem } from "./messages/class-schema.ts";
export {
  decodeEmbeddedInstance,
  encodeEmbeddedInstance,
  looksEmbedded,
} from "./messages/embedded-instance.ts";
export { WSMAN_CODE } from "./messages/fault.ts";
export { relativePathOf } from "./messages/object-path.ts";
export type { ClassPlace } from "./messages/resource-uri.ts";
export { scalarFromText, scalarFromUntypedText, textOfScalar } from "./messages/scalar-text.ts";
export * from "./ntlm/ntlm-acceptor.ts";
export * from "./ntlm/ntlm-client.ts";
export * from "./ntlm/ntlm-session.ts";
export type { NtlmAccount } from "./ntlm/ntlm-v2-response.ts";
export * from "./service/cim-service.ts";
export * from "./service/shell-service.ts";
export * from "./service/wsman-fault-error.ts";
export * from "./transport/channel-binding.ts";
export * from "./transport/http-transport.ts";
export * from "./winrs/winrs-commands.ts";
export type { WsmanCallerOptions } from "./wsman-caller.ts";
export * from "./wsman-session.ts";
export type { WsmanTransport } from "./wsman-transport.ts";
