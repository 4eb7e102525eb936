const FORM = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)\.(\d{6})([+-])(\d{3})$/;

/** A CIM datetime (DSP0004 2.2.1): `20260501120000.000000+000`. Always in UTC. */
export function encodeCimDatetime(instant: Temporal.Instant): string {
  const at = instant.toZonedDateTimeISO("UTC");
  const two = (value: number): string => String(value).padStart(2, "0");
  const date = `${String(at.year).padStart(4, "0")}${two(at.month)}${two(at.day)}`;
  const micros = String(at.millisecond * 1000 + at.microsecond).padStart(6, "0");
  return `${date}${two(at.hour)}${two(at.minute)}${two(at.second)}.${micros}+000`;
}

/** The moment, or undefined for an interval, a pattern with asterisks or other text. The offset is in minutes. */
export function decodeCimDatetime(text: string): Temporal.Instant | undefined {
  const found = FORM.exec(text.trim());
  if (found === null) return undefined;
  const [, year, month, day, hour, minute, second, micros, sign, offset] = found;
  const minutes = Number(offset) * (sign === "-" ? -1 : 1);
  try {
    const utc = Temporal.Instant.from(`${year}-${month}-${day}T${hour}:${minute}:${second}.${micros}Z`);
    return utc.subtract({ minutes });
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** What WS-Management shows (`2026-05-01T12:00:00Z`); a time without an offset is taken for UTC. */
export function decodeIsoDatetime(text: string): Temporal.Instant | undefined {
  const trimmed = text.trim();
  const zoned = /(?:[zZ]|[+-]\d\d:?\d\d)$/.test(trimmed) ? trimmed : `${trimmed}Z`;
  try {
    return Temporal.Instant.from(zoned);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
