import { readFileSync } from "node:fs";
import { join } from "node:path";

/** The text of an envelope in `fixtures`. */
export function fixture(name: string): string {
  return readFileSync(join(import.meta.dirname, `../fixtures/${name}.xml`), "utf8");
}
