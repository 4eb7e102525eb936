export * from "./errors.ts";
export * from "./ntlm/ntlm-acceptor.ts";
export * from "./ntlm/ntlm-client.ts";
export * from "./ntlm/ntlm-session.ts";
export type { NtlmAccount } from "./ntlm/ntlm-v2-response.ts";
