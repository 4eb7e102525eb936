const NAME_FORM = /^[a-z0-9_-][a-z0-9._-]*(\/[a-z0-9_-][a-z0-9._-]*)*$/;
const PREFIX_FORM = /^([a-z0-9_-][a-z0-9._-]*\/)*([a-z0-9_-][a-z0-9._-]*)?$/;
/** Names that Windows gives to devices, whatever follows their first dot. */
const DEVICE = /(^|\/)(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|\/|$)/;
const LONGEST_NAME = 200;

/**
 * Whether every store can keep an object of this name. Beyond the port's alphabet: no part begins or ends with a dot
 * (the first hides it on POSIX, the second is dropped by Windows), and none is a Windows device.
 */
export function isObjectName(name: string): boolean {
  return name.length <= LONGEST_NAME && NAME_FORM.test(name) && !/\.(\/|$)/.test(name) && !DEVICE.test(name);
}

/** Names are made by this program, so a wrong one is a programming mistake: @throws {TypeError} */
export function assertObjectName(name: string): void {
  if (!isObjectName(name)) throw new TypeError(`Not an object name: "${name}"`);
}

/** The beginning of an object's name, or the empty text for all. @throws {TypeError} */
export function assertObjectPrefix(prefix: string): void {
  if (prefix.length > LONGEST_NAME || !PREFIX_FORM.test(prefix)) {
    throw new TypeError(`Not the beginning of an object name: "${prefix}"`);
  }
}
