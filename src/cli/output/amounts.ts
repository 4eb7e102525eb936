import { GIB, KIB, MIB, TIB } from "../../base/index.ts";

const UNITS: readonly (readonly [number, string])[] = [
  [TIB, "TiB"],
  [GIB, "GiB"],
  [MIB, "MiB"],
  [KIB, "KiB"],
];

/** Bytes for people, three significant digits: `1.25 GiB`. */
export function amount(bytes: number): string {
  for (const [unit, name] of UNITS) {
    if (bytes >= unit) return `${digits(bytes / unit)} ${name}`;
  }
  return `${bytes} B`;
}

/** Seconds for people: `8 s`, `3 min 20 s`, `2 h 5 min`. */
export function duration(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

/** `1 file`, `2 files`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** A time for tables: to the second, in UTC. */
export function instant(time: string): string {
  return time.replace(/\.\d+Z$/, "Z");
}

/** So much of a restore point's id as commands take and tables have room for: 48 bits, unique in any vault. */
export function shortId(id: string): string {
  return id.slice(0, 12);
}

function digits(value: number): string {
  if (value >= 100) return value.toFixed(0);
  return value >= 10 ? value.toFixed(1) : value.toFixed(2);
}
