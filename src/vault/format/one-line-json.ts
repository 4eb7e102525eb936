/** JSON without spaces and a line feed: docs/vault-format.md 4. The caller owns the bytes. */
export function encodeLine(document: object): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify(document)}\n`);
}

/** The object that the bytes say, or undefined when they say none. */
export function decodeLine(bytes: Uint8Array): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined; // no UTF-8 or no JSON
  }
}

/** Whether writing the document again gives the bytes that it was read from. */
export function isCanonical(document: object, bytes: Uint8Array): boolean {
  return Buffer.compare(encodeLine(document), bytes) === 0;
}
