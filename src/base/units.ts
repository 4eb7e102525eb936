declare const brand: unique symbol;

/** A type that only its constructor in this file (or in `guid.ts`) can make. */
export type Branded<T, Name extends string> = T & { readonly [brand]: Name };

/** Canonical lower-case text, `8-4-4-4-12`, without braces. */
export type Guid = Branded<string, "Guid">;

/** 32 lower-case hexadecimal digits that name one restore point in every vault. */
export type RestorePointId = Branded<string, "RestorePointId">;

export const KIB = 1024;
export const MIB = 1024 * KIB;
export const GIB = 1024 * MIB;
export const TIB = 1024 * GIB;

/** Accepts what looks like a restore point's id, else gives undefined. */
export function parseRestorePointId(text: string): RestorePointId | undefined {
  return /^[0-9a-f]{32}$/.test(text) ? (text as RestorePointId) : undefined;
}
