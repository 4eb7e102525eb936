import type { Secret } from "../../base/index.ts";

/** The words of `sftp://USER@HOST[:PORT]/PATH?host-key=SHA256:…`. */
export interface SftpPlace {
  readonly user: string;
  readonly host: string;
  readonly port: number;
  /** Absolute, with slashes, without one at its end. */
  readonly path: string;
  /** The only host key that is trusted, as `ssh-keygen -l` prints it: `SHA256:` and 43 characters. */
  readonly hostKey: string;
}

/** How a user proves to be who he says; the key is tried first. */
export interface SftpCredentials {
  /** A private key in any form that OpenSSH writes. */
  readonly privateKey?: Secret | undefined;
  /** Of the account; where there is a key that is encrypted, of the key. */
  readonly password?: Secret | undefined;
}

/** How people name the place; it holds no secret. */
export function sftpLocation({ user, host, port, path }: SftpPlace): string {
  return `sftp://${user}@${host}${port === 22 ? "" : `:${port}`}${path}`;
}
