import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { Workplace } from "./stillpoint.ts";

/** What a backup says of a restore point that it made. */
export interface BackedUp {
  readonly id: string;
  readonly machine: { readonly name: string };
  readonly bytesNew: number;
}

/** A workplace with a host: each folder below `exports` is a machine. */
export class FolderWorkplace extends Workplace {
  /** Gives the machine's folder a file: `web01/web01.vhd`. */
  write(path: string, bytes: Uint8Array): void {
    mkdirSync(dirname(this.path("exports", path)), { recursive: true });
    writeFileSync(this.path("exports", path), bytes);
  }

  /** Backs up all machines. `access` are the flags that name a vault and what opens it. */
  async backUp(access: readonly string[] = this.vault()): Promise<readonly BackedUp[]> {
    const host = ["--host", `folder:${this.path("exports")}`, "--all"];
    const said = await this.run(["backup", ...host, ...access]);
    assert.equal(said.code, 0, said.text);
    return said.summary["points"] as readonly BackedUp[];
  }

  /** The native paths of a vault's objects below a prefix. */
  objects(prefix: string, vault = "vault"): readonly string[] {
    return readdirSync(this.path(vault, prefix), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
  }
}

/** The SHA-256 of every file below a folder, by its path there. */
export function digests(folder: string): Record<string, string> {
  if (!existsSync(folder)) return {};
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).sort();
  const isFile = (path: string): boolean => statSync(join(folder, path)).isFile();
  const digest = (path: string): string =>
    createHash("sha256")
      .update(readFileSync(join(folder, path)))
      .digest("hex");
  return Object.fromEntries(files.filter(isFile).map((path) => [path.replaceAll("\\", "/"), digest(path)]));
}
