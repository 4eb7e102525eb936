import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { describe, test } from "node:test";
import { MAY_IMPORT, MAY_TOUCH_THE_WORLD, ONLY_FROM, PURE, PURE_PACKAGES } from "../architecture.mjs";

const SRC = join(import.meta.dirname, "../src");
const WORLD =
  /^(node:)?(fs|fs\/promises|net|tls|http|https|http2|dgram|dns|child_process|cluster|sqlite|worker_threads)$|^koffi$/;
const BANNED = /(^|[/_-])(utils?|common|shared|helpers?|lib|core|misc|manager)([/_.-]|$)/;
const law = MAY_IMPORT as Readonly<Record<string, readonly string[]>>;
const packages = PURE_PACKAGES as Readonly<Record<string, readonly string[]>>;
const onlyFrom = ONLY_FROM as Readonly<Record<string, readonly string[]>>;

interface SourceFile {
  /** Path below src, with slashes. */
  readonly path: string;
  readonly text: string;
}

function filesBelow(folder: string): SourceFile[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map((entry) => {
      const full = join(entry.parentPath, entry.name);
      return { path: relative(SRC, full).split(sep).join("/"), text: readFileSync(full, "utf8") };
    });
}

function importsOf(file: SourceFile): string[] {
  const code = file.text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/^\s*\/\/.*$/gm, "");
  const forms = [
    /(?:^|[;\n])\s*(?:import|export)\s[^;'"`]*?\bfrom\s*["']([^"']+)["']/g,
    /(?:^|[;\n])\s*import\s*["']([^"']+)["']/g,
    /\bimport\(\s*["']([^"']+)["']/g,
    /\bnew URL\(\s*["'](\.[^"']+\.ts)["']/g,
  ];
  return forms.flatMap((form) => [...code.matchAll(form)].map((found) => found[1] as string));
}

function moduleOf(path: string): string | undefined {
  return Object.keys(law)
    .filter((name) => path.startsWith(`${name}/`))
    .sort((a, b) => b.length - a.length)[0];
}

const isTest = (path: string): boolean => /\.test\.tsx?$/.test(path) || /(^|\/)testing\//.test(path);

/** Every breach of the law in these files, as sentences. */
function breaches(files: readonly SourceFile[]): string[] {
  return files.flatMap((file) => {
    const from = moduleOf(file.path);
    if (from === undefined) return [`${file.path}: its folder is not in architecture.mjs`];
    return importsOf(file).flatMap((target) => breach(file.path, from, target));
  });
}

function breach(path: string, from: string, target: string): string[] {
  return target.startsWith(".") ? insideBreach(path, from, target) : outsideBreach(path, from, target);
}

function outsideBreach(path: string, from: string, target: string): string[] {
  if (isTest(path)) return [];
  const found: string[] = [];
  const isNode = target.startsWith("node:");
  if (PURE.includes(from) && !(packages[from] ?? []).includes(target)) {
    found.push(`${path}: ${from} is pure and imports ${target}`);
  }
  const worker = /(^|\/)[\w-]*worker[\w-]*\.ts$/.test(path) && target === "node:worker_threads";
  if (WORLD.test(target) && !worker && !MAY_TOUCH_THE_WORLD.some((prefix) => path.startsWith(prefix))) {
    found.push(`${path}: touches the world through ${target}`);
  }
  if (!isNode && /^(assert|buffer|crypto|events|fs|os|path|stream|url|util|zlib)$/.test(target)) {
    found.push(`${path}: write node:${target}`);
  }
  return found;
}

function insideBreach(path: string, from: string, target: string): string[] {
  if (target.endsWith(".mjs") || target.endsWith(".json")) return [];
  const resolved = join(dirname(path), target).split(sep).join("/");
  if (resolved.startsWith("..")) return isTest(path) ? [] : [`${path}: imports ${target} from outside src`];
  const to = moduleOf(resolved);
  if (to === undefined) return [`${path}: imports ${target}, which is in no module`];
  const found: string[] = [];
  if (!isTest(path) && isTest(resolved))
    found.push(`${path}: production code imports test support ${target}`);
  if (to === from) return found;
  const allowed = (law[from] ?? []).includes(to) || isTest(path);
  if (!allowed) found.push(`${path}: ${from} may not import ${to}`);
  const doors = [`${to}/index.ts`, `${to}/testing/index.ts`];
  if (!doors.includes(resolved)) found.push(`${path}: enters ${to} past its index.ts (${target})`);
  const gates = onlyFrom[to];
  if (gates !== undefined && !isTest(path) && !gates.some((prefix) => path.startsWith(prefix))) {
    found.push(`${path}: only ${gates.join(", ")} may import ${to}`);
  }
  return found;
}

function cycles(files: readonly SourceFile[]): string[] {
  const graph = new Map(
    files.map((file) => [
      file.path,
      importsOf(file)
        .filter((target) => target.startsWith(".") && target.endsWith(".ts"))
        .map((target) => join(dirname(file.path), target).split(sep).join("/")),
    ]),
  );
  const state = new Map<string, "open" | "done">();
  const found: string[] = [];
  const visit = (path: string, trail: readonly string[]): void => {
    if (state.get(path) === "done") return;
    if (state.get(path) === "open") {
      found.push([...trail.slice(trail.indexOf(path)), path].join(" → "));
      return;
    }
    state.set(path, "open");
    for (const next of graph.get(path) ?? []) visit(next, [...trail, path]);
    state.set(path, "done");
  };
  for (const path of graph.keys()) visit(path, []);
  return found;
}

describe("the dependency law", () => {
  const files = filesBelow(SRC);
  const typescript = readdirSync(SRC, { recursive: true }).filter((name) => /\.tsx?$/.test(String(name)));

  test("looks at every TypeScript file of src, and at many", () => {
    assert.equal(files.length, typescript.length);
    assert.ok(files.length > 60, `only ${files.length} files were seen`);
    const imports = files.reduce((sum, file) => sum + importsOf(file).length, 0);
    assert.ok(imports > 2 * files.length, `only ${imports} imports were seen in ${files.length} files`);
  });

  test("holds in every file", () => {
    assert.deepEqual(breaches(files), []);
  });

  test("has a row for every folder of src, and a folder for every row", () => {
    const folders = new Set(files.map((file) => moduleOf(file.path) ?? file.path));
    assert.deepEqual([...folders].sort(), Object.keys(law).sort());
  });

  test("knows no cycles between files", () => {
    assert.deepEqual(cycles(files), []);
  });

  test("catches planted violations of every kind", () => {
    const planted = (path: string, text: string): readonly string[] => breaches([{ path, text }]);
    assert.equal(planted("base/x.ts", 'import { openVault } from "../vault/index.ts";').length, 1);
    assert.equal(planted("cli/x.ts", 'import { x } from "../app/config/paths.ts";').length, 1);
    assert.equal(planted("disk/x.ts", 'import { readFile } from "node:fs/promises";').length, 2);
    assert.equal(planted("vault/x.ts", 'import fs from "fs";').length, 2);
    assert.equal(planted("storage/x.ts", 'const koffi = await import("koffi");').length, 1);
    assert.equal(planted("vault/x.ts", 'export * from "./testing/fake.ts";').length, 1);
    assert.equal(planted("app/x.ts", 'const s = await import("../simulator/index.ts");').length, 1);
    assert.equal(planted("nowhere/x.ts", "export {};").length, 1);
    assert.equal(
      cycles([
        { path: "a/x.ts", text: 'import "./y.ts";' },
        { path: "a/y.ts", text: 'import "./x.ts";' },
      ]).length,
      1,
    );
  });

  test("finds no folder or file with a name that says nothing", () => {
    assert.deepEqual(
      files.map((file) => file.path).filter((path) => BANNED.test(path)),
      [],
    );
  });

  test("finds no empty test file", () => {
    const tests = [...files, ...filesBelow(import.meta.dirname)].filter((file) =>
      file.path.endsWith(".test.ts"),
    );
    assert.deepEqual(
      tests.filter((file) => !/\btest\(|\bit\(|[cC]ontract\w*\(/.test(file.text)).map((file) => file.path),
      [],
    );
    assert.ok(existsSync(join(SRC, "base/index.ts")));
  });
});
