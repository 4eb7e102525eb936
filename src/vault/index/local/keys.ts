/** The first 104 bits of an id, as numbers: how runs and the table in memory sort and compare them. */
export interface Key {
  partition: number;
  a: number;
  b: number;
  c: number;
}

/** Reads the key of the id at `at` into `key`, so that nothing is made for a look-up. */
export function readKey(ids: Uint8Array, at: number, key: Key): void {
  key.partition = ids[at] as number;
  key.a = word(ids, at + 1);
  key.b = word(ids, at + 5);
  key.c = word(ids, at + 9);
}

/** Negative when `some` comes first. */
export function compareKeys(some: Key, other: Key): number {
  return some.partition - other.partition || some.a - other.a || some.b - other.b || some.c - other.c;
}

/** Ids are evenly spread: how far into anything sorted a key belongs, from 0 to 1. */
export function placeOfKey({ partition, a }: Key): number {
  return (partition + a / 4294967296) / 256;
}

/** Little-endian, as the table in memory has it. */
function word(ids: Uint8Array, at: number): number {
  return (
    ((ids[at] as number) |
      ((ids[at + 1] as number) << 8) |
      ((ids[at + 2] as number) << 16) |
      ((ids[at + 3] as number) << 24)) >>>
    0
  );
}
