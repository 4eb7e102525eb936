import type { Secret } from "../base/index.ts";

/** How a remote host is signed in to. Basic sends the password itself and is taken over HTTPS only. */
export type HostAuthentication = "ntlm" | "basic" | "kerberos";

/** A host, and how it is reached. Every use case that goes to a host takes one. */
export interface HostRequest {
  /** The address as the user wrote it. */
  readonly host: string;
  /** For a host over WinRM; absent elsewhere, and where Kerberos has a ticket. */
  readonly hostPassword?: Secret | undefined;
  /** @default "ntlm" */
  readonly hostAuth?: HostAuthentication | undefined;
  /** The SHA-256 of the only certificate to be trusted, or a PEM file of an authority; else the system's authorities. */
  readonly hostCertificate?: string | undefined;
  /** A file that says where the host's drives are readable from here. */
  readonly pathMap?: string | undefined;
}
