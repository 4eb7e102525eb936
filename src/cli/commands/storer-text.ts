import type { IfStored } from "../../app/index.ts";

/** Who stored a restore point, for a table's cell; empty where somebody with all keys did. */
export function storerName({ storedBy, storedByName }: IfStored): string {
  return storedByName ?? storedBy ?? "";
}

/** Who stored it, as the end of a sentence; empty where somebody with all keys did. */
export function storerText({ storedBy, storedByName, storedIn }: IfStored): string {
  if (storedBy === undefined) return "";
  const named = storedByName === undefined ? storedBy : `${JSON.stringify(storedByName)} (${storedBy})`;
  const where = storedIn === undefined ? "" : ` in the vault ${storedIn}`;
  return `stored by the write-only host ${named}${where}, whose word is all there is`;
}

/** The fields of a JSON line. */
export function storerFields({ storedBy, storedByName, storedIn }: IfStored): IfStored {
  return {
    ...(storedBy !== undefined && { storedBy }),
    ...(storedByName !== undefined && { storedByName }),
    ...(storedIn !== undefined && { storedIn }),
  };
}
