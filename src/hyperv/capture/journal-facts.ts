import { type Guid, type JsonValue, parseGuid } from "../../base/index.ts";

/** Facts of a journal entry that another version may have written: what is not as expected counts as absent. */
export function textIn(value: JsonValue | undefined): string | undefined {
  return typeof value === "string" ? value : undefined;
}

export function listIn(value: JsonValue | undefined): readonly JsonValue[] {
  return Array.isArray(value) ? (value as readonly JsonValue[]) : [];
}

export function textsIn(value: JsonValue | undefined): readonly string[] {
  return listIn(value).filter((item) => typeof item === "string");
}

export function guidsIn(value: JsonValue | undefined): readonly Guid[] {
  return textsIn(value).flatMap((item) => {
    const id = parseGuid(item);
    return id === undefined ? [] : [id];
  });
}

export function instantIn(value: JsonValue | undefined): Temporal.Instant | null {
  const text = textIn(value);
  if (text === undefined) return null;
  try {
    return Temporal.Instant.from(text);
  } catch {
    return null; // no moment: whoever asks has other witnesses
  }
}
