import { StillpointError } from "../../base/index.ts";

/** A configuration or runtime state is not what it should be: a checksum, a bound or a link in it is wrong. */
export class KeyValueStoreDamagedError extends StillpointError {
  readonly code = "key-value-store-damaged";
  readonly retry = "never";

  constructor(state: string, options?: ErrorOptions) {
    super(`Cannot read the key-value store: ${state}`, options);
  }
}

/** It was written in a version of the format that only unreleased builds of Windows had, or that came after 4.0. */
export class KeyValueStoreVersionError extends StillpointError {
  readonly code = "key-value-store-version";
  readonly retry = "never";
  /** As people write it: `3.1`. */
  readonly version: string;

  constructor(version: string) {
    super(`Cannot read the key-value store: it has version ${version} of the format, and only 4.0 is known`);
    this.version = version;
  }
}

/** It is well formed as far as it was read, and asks for more memory than the caller allowed. */
export class KeyValueStoreTooLargeError extends StillpointError {
  readonly code = "key-value-store-too-large";
  readonly retry = "never";
  /** The name of the limit in the options. */
  readonly limit: string;

  constructor(limit: string, allowed: number) {
    super(
      `Cannot read the key-value store: it needs more than the ${allowed} that the limit "${limit}" allows`,
    );
    this.limit = limit;
  }
}

/** A tree holds something that the format to be written has no place for. */
export class KeyTreeUnwritableError extends StillpointError {
  readonly code = "key-tree-unwritable";
  readonly retry = "never";
  /** Names from the root on, joined by `/`. */
  readonly path: string;

  constructor(path: string, state: string) {
    super(`Cannot write the key "${path}": ${state}`);
    this.path = path;
  }
}

/** An XML configuration of 2008 to 2012 R2 is not well formed, or holds what such a file never has. */
export class XmlConfigurationError extends StillpointError {
  readonly code = "xml-configuration-unreadable";
  readonly retry = "never";

  constructor(state: string, options?: ErrorOptions) {
    super(`Cannot read the XML configuration: ${state}`, options);
  }
}

/** A configuration could be read, and does not say what every machine's configuration says. */
export class MachineConfigurationError extends StillpointError {
  readonly code = "machine-configuration-incomplete";
  readonly retry = "never";
  readonly path: string;

  constructor(path: string, state: string) {
    super(`Cannot understand the machine's configuration: "${path}" ${state}`);
    this.path = path;
  }
}
