import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { z } from "zod";
import type { PathMap } from "../../places/index.ts";
import { PathMapError } from "../errors.ts";

const FOLDER = z.string().min(1, "wanted a folder");
const DRIVE = z.string().regex(/^[A-Za-z]:?\\?$/, "wanted a drive letter");
const SHARE = z.string().regex(/^[\\/]{2}[^\\/?.][^\\/]*[\\/][^\\/]+$/, "wanted a share: \\\\server\\share");
const DEVICE = z.string().regex(/^\\\\\?\\.+$/s, "wanted a device path that begins with \\\\?\\");

const PATH_MAP = z.strictObject({
  drives: z.record(DRIVE, FOLDER),
  shares: z.record(SHARE, FOLDER).optional(),
  devices: z.record(DEVICE, FOLDER).optional(),
});

/**
 * Where the places of a host are readable from here: `{"drives":{"D":"/mnt/hv01-d"}}`, with `shares` and `devices` where
 * needed. Folders that are relative lie beside the file. @throws {PathMapError}, which names the field
 */
export async function readPathMapFile(path: string): Promise<PathMap> {
  const parsed = PATH_MAP.safeParse(jsonOf(await textOf(path), path));
  if (!parsed.success) throw wrongField(path, parsed.error);
  const beside = (folders: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> =>
    Object.fromEntries(
      Object.entries(folders).map(([root, folder]) => [root, resolve(dirname(path), folder)]),
    );
  const { drives, shares, devices } = parsed.data;
  return { drives: beside(drives), shares: beside(shares), devices: beside(devices) };
}

async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    throw new PathMapError(`Cannot read the path map "${path}": it cannot be opened`, { cause });
  }
}

function jsonOf(text: string, path: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch (cause) {
    throw new PathMapError(`Cannot read the path map "${path}": it is not JSON`, { cause });
  }
}

function wrongField(path: string, error: z.ZodError): PathMapError {
  const [issue] = error.issues;
  const unknown = issue?.code === "unrecognized_keys" ? issue.keys[0] : undefined;
  const field = [...(issue?.path ?? []), ...(unknown === undefined ? [] : [unknown])].join(".");
  const state = unknown === undefined ? sayingOf(issue) : "nobody knows this field";
  const subject = field === "" ? "it" : `"${field}"`;
  return new PathMapError(`Cannot use the path map "${path}": ${subject} is wrong, ${state}`, {
    field: field === "" ? undefined : field,
  });
}

/** A key that is wrong says so in an issue of its own. */
function sayingOf(issue: z.core.$ZodIssue | undefined): string {
  const inner = issue?.code === "invalid_key" ? issue.issues[0] : issue;
  return (inner?.message ?? "it does not fit").replace(/^Invalid input: /, "");
}
