/** "100 GiB", "10 TiB". */
export function sizeName(gibibytes: number): string {
  return gibibytes < 1024 ? `${gibibytes} GiB` : `${gibibytes / 1024} TiB`;
}
