/** What a JSON object says, before anybody has looked whether it says what it must. */
export type DocumentFields = Readonly<Record<string, unknown>>;

/** The fields of a JSON object; undefined for any other value. */
export function fieldsOf(value: unknown): DocumentFields | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as DocumentFields)
    : undefined;
}

/** The fields of a body of UTF-8; undefined when it is no JSON object. */
export function fieldsIn(plain: Uint8Array): DocumentFields | undefined {
  try {
    return fieldsOf(JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(plain)));
  } catch {
    return undefined;
  }
}

export function isText(value: unknown): value is string {
  return typeof value === "string";
}

/** A whole number from 0 that a JSON number holds exactly: bytes, or how many. */
export function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

/** A moment since 1970, as `Temporal.Instant` reads it. */
export function isInstant(value: unknown): boolean {
  try {
    return isText(value) && Temporal.Instant.from(value).epochMilliseconds >= 0;
  } catch {
    return false;
  }
}
